import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Logo } from "../parts/Logo.tsx";

// Menus and what places them weigh a tenth of the first page, which need not wait for them.
const AccountSwitcher = lazy(async () => ({ default: (await import("./HeaderMenus.tsx")).AccountSwitcher }));
const PersonMenu = lazy(async () => ({ default: (await import("./HeaderMenus.tsx")).PersonMenu }));

export function Header({ account }: { account: string }) {
  const styles = useStyles();
  return (
    <header className={styles.header}>
      <Link to="/accounts/$account" params={{ account }} className={styles.home}>
        <Logo />
        <Text weight="semibold" size={400}>
          Tollbook
        </Text>
      </Link>
      <span className={styles.bar} aria-hidden />
      <Suspense>
        <AccountSwitcher account={account} />
        <span className={styles.space} />
        <PersonMenu />
      </Suspense>
    </header>
  );
}

const useStyles = makeStyles({
  header: {
    gridArea: "header",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    minHeight: "48px",
    paddingInline: tokens.spacingHorizontalL,
    "@media print": { display: "none" },
  },
  home: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
  },
  bar: { width: "1px", height: "20px", backgroundColor: tokens.colorNeutralStroke1, marginInline: tokens.spacingHorizontalXS },
  space: { flexGrow: 1 },
});
