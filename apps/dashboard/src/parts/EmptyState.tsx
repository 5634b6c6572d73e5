import { makeStyles, Title3, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";

/** Nothing here, and what to do about it. */
export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.empty}>
      <Title3 as="h2" className={styles.title}>
        {title}
      </Title3>
      <div className={styles.text}>{children}</div>
    </section>
  );
}

const useStyles = makeStyles({
  empty: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalXL}`,
    color: tokens.colorNeutralForeground2,
  },
  title: { color: tokens.colorNeutralForeground1, margin: 0, textAlign: "center" },
  text: { maxWidth: "76ch", minWidth: 0, width: "fit-content", lineHeight: tokens.lineHeightBase400 },
});
