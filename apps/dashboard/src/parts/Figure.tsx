import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

/** Figures side by side, each a term and its value. */
export function Figures({ children, className }: { children: ReactNode; className?: string }) {
  const styles = useStyles();
  return <dl className={mergeClasses(styles.figures, className)}>{children}</dl>;
}

export function Figure({ label, value, note, bad = false }: { label: string; value: string; note?: ReactNode; bad?: boolean }) {
  const styles = useStyles();
  return (
    <div className={styles.figure}>
      <dt className={styles.label}>{label}</dt>
      <dd className={styles.detail}>
        <Text className={mergeClasses(styles.value, bad && styles.bad)}>{value}</Text>
        {note === undefined ? null : <div className={styles.note}>{note}</div>}
      </dd>
    </div>
  );
}

const useStyles = makeStyles({
  figures: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(118px, 1fr))",
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXL}`,
    margin: 0,
  },
  figure: { minWidth: 0 },
  label: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  detail: { margin: 0 },
  value: {
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: "tabular-nums",
    overflowWrap: "anywhere",
  },
  bad: { color: tokens.colorPaletteRedForeground1 },
  note: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});
