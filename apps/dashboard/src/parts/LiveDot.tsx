import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { Trans } from "@lingui/react/macro";
import { useLiveState } from "../api/live.ts";

/** Whether the account's events arrive; the words carry it, the dot only helps the eye. */
export function LiveDot() {
  const styles = useStyles();
  const live = useLiveState() === "live";
  return (
    <Text size={200} className={styles.live} role="status">
      <span className={mergeClasses(styles.dot, live && styles.on)} aria-hidden />
      {live ? <Trans>Live</Trans> : <Trans>Connecting …</Trans>}
    </Text>
  );
}

const useStyles = makeStyles({
  live: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXS, color: tokens.colorNeutralForeground2 },
  dot: { width: "8px", height: "8px", borderRadius: "50%", backgroundColor: tokens.colorNeutralStroke1 },
  on: { backgroundColor: tokens.colorPaletteGreenBackground3 },
});
