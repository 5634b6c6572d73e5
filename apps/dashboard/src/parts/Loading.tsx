import { makeStyles, Skeleton, SkeletonItem, tokens } from "@fluentui/react-components";
import { useLingui } from "@lingui/react/macro";

/** Grey lines where text will stand. */
export function Loading({ lines = 4 }: { lines?: number }) {
  const { t } = useLingui();
  const styles = useStyles();
  return (
    <Skeleton aria-label={t`Loading`} className={styles.lines}>
      {Array.from({ length: lines }, (_none, line) => (
        <SkeletonItem key={line} size={20} />
      ))}
    </Skeleton>
  );
}

const useStyles = makeStyles({ lines: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalM } });
