import {
  Badge,
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
import type { LotView } from "@tollbook/contracts/views.ts";
import { useFormat } from "../../app/format.ts";
import { lotKindWords, lotStateWords } from "../../words/credits.ts";

/** Open lots first, numbered in the order in which calls draw on them: as the server gives them. */
export function Lots({ lots, currency }: { lots: readonly LotView[]; currency: string }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const format = useFormat();
  if (lots.length === 0)
    return (
      <Text className={styles.quiet}>
        <Trans>Nothing has been bought yet. A top-up becomes the first lot; it is valid for a year.</Trans>
      </Text>
    );
  const open = lots.filter(({ state }) => state === "OPEN");
  const closed = lots.filter(({ state }) => state !== "OPEN");
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t`Lots`}>
      <Table size="small" className={styles.table}>
        <TableHeader>
          <TableRow>
            {[t`Order`, t`Kind`, t`Bought`, t`Expires`, t`Amount`, t`Remaining`, t`State`].map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {[...open, ...closed].map((lot, index) => (
            <TableRow key={lot.lot}>
              <TableCell>{lot.state === "OPEN" ? format.number(index + 1) : "–"}</TableCell>
              <TableCell>{i18n._(lotKindWords[lot.kind])}</TableCell>
              <TableCell>{format.utcDate(lot.purchasedAt)}</TableCell>
              <TableCell>{format.utcDate(lot.expiresAt)}</TableCell>
              <TableCell>{format.money(lot.amount, currency)}</TableCell>
              <TableCell>{format.money(lot.remaining, currency)}</TableCell>
              <TableCell>
                <Badge appearance="tint" color={lot.state === "OPEN" ? "success" : "informative"}>
                  {i18n._(lotStateWords[lot.state])}
                </Badge>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

const useStyles = makeStyles({
  scroll: { maxHeight: "260px", overflow: "auto" },
  table: { fontVariantNumeric: "tabular-nums", minWidth: "640px" },
  quiet: { color: tokens.colorNeutralForeground2 },
});
