import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { Trans } from "@lingui/react/macro";
import { useFormat } from "../app/format.ts";

/** How far what is shown is complete, in the reader's zone. */
export function DataUntil({ at }: { at: string | null | undefined }) {
  const format = useFormat();
  const styles = useStyles();
  if (at === undefined) return null;
  const { zone } = format;
  const until = at === null ? "" : format.time(at);
  const full = at === null ? "" : `${format.dateTime(at)} (${zone})`;
  return (
    <Text size={200} className={styles.stamp} title={full}>
      {at === null ? <Trans>no settled data yet</Trans> : <Trans>data until {until}</Trans>}
    </Text>
  );
}

const useStyles = makeStyles({
  stamp: { color: tokens.colorNeutralForeground2, fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" },
});
