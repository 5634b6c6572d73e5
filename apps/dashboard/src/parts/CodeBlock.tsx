import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { CopyRegular } from "@fluentui/react-icons/svg/copy";
import { useLingui } from "@lingui/react/macro";

/** Something to type into a terminal, with a button that copies it. */
export function CodeBlock({ text }: { text: string }) {
  const { t } = useLingui();
  const styles = useStyles();
  return (
    <div className={styles.block}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
      <pre className={styles.text} tabIndex={0} role="region" aria-label={t`Command`}>
        {text}
      </pre>
      <Button
        appearance="subtle"
        size="small"
        icon={<CopyRegular />}
        aria-label={t`Copy`}
        onClick={() => void navigator.clipboard.writeText(text)}
      />
    </div>
  );
}

const useStyles = makeStyles({
  block: {
    display: "flex",
    alignItems: "start",
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground4,
    color: tokens.colorNeutralForeground1,
  },
  text: {
    margin: 0,
    flexGrow: 1,
    overflowX: "auto",
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
});
