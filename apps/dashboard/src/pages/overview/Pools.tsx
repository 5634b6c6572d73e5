import { Badge, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { PoolView } from "@tollbook/contracts/views.ts";
import { useFormat } from "../../app/format.ts";
import { LinkTo } from "../../parts/LinkTo.tsx";
import { poolKindWords } from "../../words/credits.ts";

/** Fullest first: those that run out are what an administrator looks for. */
export function Pools({ pools, account }: { pools: readonly PoolView[]; account: string }) {
  const styles = useStyles();
  if (pools.length === 0)
    return (
      <Text className={styles.quiet}>
        <Trans>
          No subscription includes minutes.{" "}
          <LinkTo to="/accounts/$account/products" params={{ account }}>
            See your products
          </LinkTo>
          .
        </Trans>
      </Text>
    );
  const sorted = pools.toSorted((a, b) => share(b) - share(a));
  return (
    <ul className={styles.list}>
      {sorted.map((pool) => (
        <PoolBar key={`${pool.pool}/${pool.month}`} pool={pool} />
      ))}
    </ul>
  );
}

function PoolBar({ pool }: { pool: PoolView }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const styles = useStyles();
  const { usedMinutes, reservedMinutes, availableMinutes, totalMinutes, state } = pool;
  const percent = (minutes: number): string => `${totalMinutes === 0 ? 0 : Math.min(100, (minutes / totalMinutes) * 100)}%`;
  const used = format.number(usedMinutes);
  const reserved = format.number(reservedMinutes);
  const available = format.number(availableMinutes);
  const total = format.number(totalMinutes);
  const country = format.country(pool.usageLocation);
  return (
    <li className={styles.pool}>
      <div className={styles.line}>
        <Text weight="semibold" className={styles.name}>
          {pool.description}
        </Text>
        {state === "EXHAUSTED" ? (
          <Badge color="danger" appearance="tint" className={styles.badge}>{t`Used up`}</Badge>
        ) : state === "WARN80" ? (
          <Badge color="warning" appearance="tint" className={styles.badge}>{t`Over 80 %`}</Badge>
        ) : null}
        <Text size={200} className={styles.amount}>
          <Trans>
            {used} of {total} min
          </Trans>
        </Text>
      </div>
      <div
        className={styles.track}
        role="meter"
        aria-label={`${pool.description}, ${country}`}
        aria-valuemin={0}
        aria-valuemax={totalMinutes}
        aria-valuenow={Math.min(usedMinutes, totalMinutes)}
        aria-valuetext={t`${used} used, ${reserved} held by live calls, ${available} available of ${total} minutes`}
      >
        <span
          className={mergeClasses(styles.used, state === "WARN80" && styles.warn, state === "EXHAUSTED" && styles.full)}
          style={{ width: percent(usedMinutes) }}
        />
        <span className={styles.reserved} style={{ width: percent(reservedMinutes) }} />
      </div>
      <Text size={200} className={styles.quiet}>
        {[country, i18n._(poolKindWords[pool.kind]), pool.user, format.month(pool.month)].filter(Boolean).join(" · ")}
        {" · "}
        <Trans>
          {reserved} held, {available} available
        </Trans>
      </Text>
    </li>
  );
}

function share({ usedMinutes, totalMinutes }: PoolView): number {
  return totalMinutes === 0 ? 0 : usedMinutes / totalMinutes;
}

const useStyles = makeStyles({
  list: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(340px, 1fr))",
    gap: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXL}`,
    margin: 0,
    padding: 0,
    listStyleType: "none",
  },
  pool: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS, minWidth: 0 },
  line: { display: "flex", alignItems: "baseline", gap: tokens.spacingHorizontalS },
  name: { minWidth: 0 },
  badge: { flexShrink: 0, whiteSpace: "nowrap" },
  amount: { marginLeft: "auto", whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" },
  track: {
    display: "flex",
    height: "8px",
    overflow: "hidden",
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground5,
  },
  used: { backgroundColor: tokens.colorBrandBackground },
  warn: { backgroundColor: tokens.colorPaletteMarigoldBackground3 },
  full: { backgroundColor: tokens.colorPaletteRedBackground3 },
  reserved: {
    backgroundImage: `repeating-linear-gradient(135deg, ${tokens.colorBrandStroke2} 0 3px, ${tokens.colorBrandForeground1} 3px 5px)`,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});
