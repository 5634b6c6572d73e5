import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CallSearch } from "../../api/call-filter.ts";
import { useFormat } from "../../app/format.ts";
import { callTypeWords, directionWords, fundingWords, outcomeWords, wordsOf } from "../../words/calls.ts";

export const noFilters = {
  user: undefined,
  callType: undefined,
  direction: undefined,
  country: undefined,
  funding: undefined,
  outcome: undefined,
  search: undefined,
} satisfies Partial<CallSearch>;
type FilterName = keyof typeof noFilters;

/** Each filter that is set, to be taken away with one click. */
export function FilterPills({ search, change }: { search: CallSearch; change: (part: Partial<CallSearch>) => void }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const styles = useStyles();
  const type = search.callType === undefined ? null : wordsOf(callTypeWords, search.callType);
  const pills: Record<FilterName, [name: string, value: string | undefined]> = {
    user: [t`User`, search.user],
    callType: [t`Call type`, type === null ? search.callType : i18n._(type)],
    direction: [t`Direction`, search.direction && i18n._(directionWords[search.direction])],
    country: [t`Country called`, search.country && format.country(search.country)],
    funding: [t`Paid by`, search.funding && i18n._(fundingWords[search.funding])],
    outcome: [t`Outcome`, search.outcome && i18n._(outcomeWords[search.outcome])],
    search: [t`Search`, search.search],
  };
  const set = (Object.keys(pills) as FilterName[]).filter((filter) => pills[filter][1] !== undefined);
  if (set.length === 0) return null;
  return (
    <ul className={styles.pills} aria-label={t`Filters`}>
      {set.map((filter) => {
        const [name, value = ""] = pills[filter];
        return (
          <li key={filter}>
            <Button
              size="small"
              shape="circular"
              iconPosition="after"
              icon={<DismissRegular />}
              aria-label={t`Take the filter ${name}: ${value} away`}
              onClick={() => change({ [filter]: undefined })}
            >
              {name}: {value}
            </Button>
          </li>
        );
      })}
      <li>
        <Button size="small" appearance="transparent" onClick={() => change(noFilters)}>
          <Trans>Clear all</Trans>
        </Button>
      </li>
    </ul>
  );
}

const useStyles = makeStyles({
  pills: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
});
