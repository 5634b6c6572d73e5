import { makeStyles, mergeClasses, Title3, tokens } from "@fluentui/react-components";
import { useEffect, type ReactNode } from "react";

/** Title, what stands beside it, and the content. `fill`: the content takes the height that is left (a virtual table). */
export function Page({
  title,
  aside,
  fill = false,
  children,
}: {
  title: string;
  aside?: ReactNode;
  fill?: boolean;
  children: ReactNode;
}) {
  const styles = useStyles();
  useEffect(() => {
    document.title = `${title} – Tollbook`;
  }, [title]);
  return (
    <div className={mergeClasses(styles.page, fill && styles.fill)}>
      <div className={styles.head}>
        <Title3 as="h1" className={styles.title}>
          {title}
        </Title3>
        <div className={styles.aside}>{aside}</div>
      </div>
      {children}
    </div>
  );
}

const useStyles = makeStyles({
  page: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXL} ${tokens.spacingVerticalXXL}`,
    maxWidth: "1560px",
    boxSizing: "border-box",
  },
  fill: { height: "100%", paddingBottom: tokens.spacingVerticalM, gap: tokens.spacingVerticalM },
  head: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalL, minHeight: "36px" },
  title: { margin: 0 },
  aside: { display: "flex", flexWrap: "wrap", alignItems: "center", gap: tokens.spacingHorizontalM, marginLeft: "auto" },
});
