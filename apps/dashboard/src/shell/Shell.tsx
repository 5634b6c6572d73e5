import { Link as FluentLink, makeStyles, tokens } from "@fluentui/react-components";
import { Trans } from "@lingui/react/macro";
import { Outlet, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useLive } from "../api/live.ts";
import { Header } from "./Header.tsx";
import { Nav } from "./Nav.tsx";

// Nothing is announced before something has been changed.
const Announcements = lazy(async () => ({ default: (await import("../parts/Announcements.tsx")).Announcements }));

/** Header, navigation and the page: only the page scrolls. */
export function Shell() {
  const styles = useStyles();
  const { account } = useParams({ from: "/accounts/$account" });
  useLive(account);
  return (
    <div className={styles.shell}>
      <FluentLink href="#page" className={styles.skip} onClick={focusPage}>
        <Trans>Skip to the page</Trans>
      </FluentLink>
      <Header account={account} />
      <Nav account={account} />
      <main id="page" tabIndex={-1} className={styles.page}>
        <Outlet />
      </main>
      <Suspense>
        <Announcements />
      </Suspense>
    </div>
  );
}

/** The address keeps what it says: the filters of a page live in it. */
function focusPage(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("page")?.focus();
}

const useStyles = makeStyles({
  shell: {
    display: "grid",
    height: "100%",
    gridTemplateRows: "auto minmax(0, 1fr)",
    gridTemplateColumns: "240px minmax(0, 1fr)",
    gridTemplateAreas: '"header header" "nav page"',
    backgroundColor: tokens.colorNeutralBackground3,
    "@media (max-width: 820px)": {
      gridTemplateRows: "auto auto minmax(0, 1fr)",
      gridTemplateColumns: "minmax(0, 1fr)",
      gridTemplateAreas: '"header" "nav" "page"',
    },
    "@media print": { display: "block", height: "auto" },
  },
  page: {
    gridArea: "page",
    overflowY: "auto",
    outlineStyle: "none",
    // The page's own corner marks where the work begins.
    borderTopLeftRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    "@media (max-width: 820px)": { borderTopLeftRadius: 0 },
    "@media print": { overflow: "visible" },
  },
  skip: {
    position: "absolute",
    top: "-100px",
    left: tokens.spacingHorizontalM,
    zIndex: 10,
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    ":focus": { top: tokens.spacingVerticalS },
  },
});
