import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { Plural, useLingui } from "@lingui/react/macro";
import type { CallList } from "@tollbook/contracts/http.ts";
import { useFormat } from "../../app/format.ts";

/** Sums over the whole filter, one line per currency: amounts of different currencies are never added. */
export function CallTotals({ totals }: { totals: CallList["totals"] }) {
  const { t } = useLingui();
  const format = useFormat();
  const styles = useStyles();
  if (totals.length === 0) return null;
  return (
    <div className={styles.totals} role="group" aria-label={t`Totals of the filter`}>
      {totals.map(({ currency, calls, billableSeconds, poolMinutes, charge }) => (
        <div key={currency} className={styles.line}>
          <Text weight="semibold">{currency === "" ? t`without a price` : currency}</Text>
          <Text>
            <Plural value={calls} one="# call" other="# calls" />
          </Text>
          <Text>{t`${format.minutes(billableSeconds)} min`}</Text>
          <Text>{t`${format.number(poolMinutes)} included minutes`}</Text>
          <Text weight="semibold">{format.money(charge, currency)}</Text>
        </div>
      ))}
    </div>
  );
}

const useStyles = makeStyles({
  totals: { display: "flex", flexWrap: "wrap", gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXXL}` },
  line: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalL, fontVariantNumeric: "tabular-nums" },
});
