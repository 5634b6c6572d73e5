import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons/svg/arrow-download";
import { PauseRegular } from "@fluentui/react-icons/svg/pause";
import { PlayRegular } from "@fluentui/react-icons/svg/play";
import { Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { filterFromSearch, type CallSearch } from "../../api/call-filter.ts";
import { callsCsvAddress, callsQuery } from "../../api/queries.ts";
import { useNow } from "../../app/now.ts";
import { usePreferences } from "../../app/preferences.tsx";
import { Asked } from "../../parts/Asked.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { useAccount } from "../../parts/LinkTo.tsx";
import { Page } from "../../parts/Page.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { CallFilters } from "./CallFilters.tsx";
import { CallTable } from "./CallTable.tsx";
import { CallTotals } from "./CallTotals.tsx";
import { ColumnsMenu, useHiddenColumns } from "./ColumnsMenu.tsx";
import { FilterPills, noFilters } from "./FilterPills.tsx";

/** The calls of a filter. Filter, order and pause live in the address: a link shows what its sender saw. */
export function CallsPage() {
  const { t } = useLingui();
  const styles = useStyles();
  const account = useAccount();
  const { locale } = usePreferences();
  const search = useSearch({ from: "/accounts/$account/calls/" });
  const navigate = useNavigate({ from: "/accounts/$account/calls/" });
  const change = (part: Partial<CallSearch>): void =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const hidden = useHiddenColumns();
  const filter = filterFromSearch(search, useNow());
  const sort = search.sort ?? "-startAt";
  const paused = search.paused === true;
  const query = callsQuery(account, filter, sort, !paused);
  const calls = useInfiniteQuery(query);
  const queryClient = useQueryClient();
  /** Further pages stop the refresh (all would be read again): going back to the first lets it run on. */
  const toNewest = (): void => {
    queryClient.setQueryData(query.queryKey, (data) =>
      data === undefined ? data : { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    void calls.refetch();
  };
  const first = calls.data?.pages[0];
  return (
    <Page
      fill
      title={t`Calls`}
      aside={
        <>
          <DataUntil at={first?.dataUntil} />
          <Button
            size="small"
            icon={paused ? <PlayRegular /> : <PauseRegular />}
            onClick={() => change({ paused: paused ? undefined : true })}
          >
            {paused ? <Trans>Follow new calls</Trans> : <Trans>Pause</Trans>}
          </Button>
          <ColumnsMenu hidden={hidden} />
          <Button
            as="a"
            size="small"
            icon={<ArrowDownloadRegular />}
            href={callsCsvAddress(account, filter, `language=${locale}`)}
            download
          >
            <Trans>Export CSV</Trans>
          </Button>
        </>
      }
    >
      <CallFilters search={search} change={change} account={account} />
      <FilterPills search={search} change={change} />
      <Asked query={calls} lines={12}>
        {({ pages }) => (
          <>
            <CallTotals totals={first?.totals ?? []} />
            {first?.calls.length === 0 ? (
              <EmptyState title={t`No calls here`}>
                <Trans>No settled call matches. Choose a longer time, or take filters away.</Trans>
                <div className={styles.clear}>
                  <Button onClick={() => change({ ...noFilters, range: "last30" })}>
                    <Trans>Last 30 days without filters</Trans>
                  </Button>
                </div>
              </EmptyState>
            ) : (
              <CallTable
                account={account}
                calls={pages.flatMap((page) => page.calls)}
                total={(first?.totals ?? []).reduce((sum, entry) => sum + entry.calls, 0)}
                sort={sort}
                onSort={(chosen) => change({ sort: chosen })}
                hidden={hidden.ids}
                more={calls.hasNextPage && !calls.isFetchingNextPage ? () => void calls.fetchNextPage() : null}
                loadingMore={calls.isFetchingNextPage}
                toNewest={pages.length > 1 && !paused ? toNewest : null}
              />
            )}
          </>
        )}
      </Asked>
    </Page>
  );
}

const useStyles = makeStyles({ clear: { marginTop: tokens.spacingVerticalL, textAlign: "center" } });
