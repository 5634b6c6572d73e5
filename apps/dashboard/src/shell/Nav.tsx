import { Caption1Strong, makeStyles, tokens } from "@fluentui/react-components";
import { BoxMultipleRegular } from "@fluentui/react-icons/svg/box-multiple";
import { CallRegular } from "@fluentui/react-icons/svg/call";
import { DataBarVerticalRegular } from "@fluentui/react-icons/svg/data-bar-vertical";
import { WalletRegular } from "@fluentui/react-icons/svg/wallet";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";

export function Nav({ account }: { account: string }) {
  const { t } = useLingui();
  const styles = useStyles();
  const params = { account };
  const item = { params, className: styles.item, activeProps: { className: styles.active, "aria-current": "page" } } as const;
  return (
    <nav className={styles.nav} aria-label={t`Pages`}>
      <Link to="/accounts/$account" {...item} activeOptions={{ exact: true, includeSearch: false }}>
        <DataBarVerticalRegular className={styles.icon} />
        <Trans>Overview</Trans>
      </Link>
      <Caption1Strong className={styles.group}>
        <Trans>Billing</Trans>
      </Caption1Strong>
      <Link to="/accounts/$account/products" {...item}>
        <BoxMultipleRegular className={styles.icon} />
        <Trans>Your products</Trans>
      </Link>
      <Link to="/accounts/$account/credits" {...item}>
        <WalletRegular className={styles.icon} />
        <Trans>Communications Credits</Trans>
      </Link>
      <Caption1Strong className={styles.group}>
        <Trans>Usage</Trans>
      </Caption1Strong>
      <Link to="/accounts/$account/calls" {...item} activeOptions={{ includeSearch: false }}>
        <CallRegular className={styles.icon} />
        <Trans>Calls</Trans>
      </Link>
    </nav>
  );
}

const useStyles = makeStyles({
  nav: {
    gridArea: "nav",
    display: "flex",
    flexDirection: "column",
    gap: "2px",
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalS}`,
    overflowY: "auto",
    "@media (max-width: 820px)": { flexDirection: "row", overflowX: "auto", paddingBlock: tokens.spacingVerticalXS },
    "@media print": { display: "none" },
  },
  group: {
    color: tokens.colorNeutralForeground2,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS}`,
    "@media (max-width: 820px)": { display: "none" },
  },
  item: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "34px",
    paddingInline: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    fontSize: tokens.fontSizeBase300,
    textDecorationLine: "none",
    whiteSpace: "nowrap",
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  active: {
    backgroundColor: tokens.colorNeutralBackground1,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorBrandForeground1,
    boxShadow: tokens.shadow2,
  },
  icon: { fontSize: "18px", flexShrink: 0 },
});
