import {
  Button,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { LedgerEntry } from "@tollbook/contracts/http.ts";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ledgerQuery } from "../../api/queries.ts";
import { signOf, useFormat } from "../../app/format.ts";
import { Asked } from "../../parts/Asked.tsx";
import { LinkTo } from "../../parts/LinkTo.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { wordsOf } from "../../words/calls.ts";
import { ledgerKindWords } from "../../words/credits.ts";

/** Every movement, newest first, with the balance after it; a call's movement leads to its explanation. */
export function LedgerTable({ account }: { account: string }) {
  const { t } = useLingui();
  const styles = useStyles();
  const ledger = useInfiniteQuery(ledgerQuery(account));
  return (
    <Asked query={ledger} lines={6}>
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.entries);
        if (entries.length === 0)
          return (
            <Text className={styles.quiet}>
              <Trans>No movements yet. Top-ups, calls paid from credits, expiry and refunds appear here.</Trans>
            </Text>
          );
        return (
          <>
            <DataUntil at={pages[0]?.dataUntil} />
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
            <div className={styles.scroll} tabIndex={0} role="group" aria-label={t`Ledger`}>
              <Table size="small" className={styles.table}>
                <TableHeader>
                  <TableRow>
                    {[t`Time`, t`Kind`, t`Detail`, t`Amount`, t`Balance`].map((name) => (
                      <TableHeaderCell key={name}>{name}</TableHeaderCell>
                    ))}
                  </TableRow>
                </TableHeader>
                <TableBody>
                  {entries.map((entry) => (
                    <LedgerRow key={entry.outSeq} account={account} entry={entry} />
                  ))}
                </TableBody>
              </Table>
            </div>
            {ledger.hasNextPage ? (
              <Button
                className={styles.more}
                disabledFocusable={ledger.isFetchingNextPage}
                onClick={() => void ledger.fetchNextPage()}
              >
                <Trans>Older movements</Trans>
              </Button>
            ) : null}
          </>
        );
      }}
    </Asked>
  );
}

function LedgerRow({ account, entry }: { account: string; entry: LedgerEntry }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { time, kind, amount, balance, currency, usageId, detail } = entry;
  const words = wordsOf(ledgerKindWords, kind);
  const sign = signOf(amount) > 0 ? "+" : "";
  return (
    <TableRow>
      <TableCell>{format.dateTime(time)}</TableCell>
      <TableCell>{words === null ? kind : i18n._(words)}</TableCell>
      <TableCell>
        {usageId === null ? (
          detail
        ) : (
          <LinkTo to="/accounts/$account/calls/$usageId" params={{ account, usageId }} preload={false}>
            {detail || usageId}
          </LinkTo>
        )}
      </TableCell>
      <TableCell>
        {sign}
        {format.money(amount, currency)}
      </TableCell>
      <TableCell>{format.money(balance, currency)}</TableCell>
    </TableRow>
  );
}

const useStyles = makeStyles({
  scroll: { maxHeight: "420px", overflow: "auto" },
  table: { fontVariantNumeric: "tabular-nums", minWidth: "620px" },
  quiet: { color: tokens.colorNeutralForeground2 },
  more: { alignSelf: "center" },
});
