import { FluentProvider, makeStyles, Spinner } from "@fluentui/react-components";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect, useState } from "react";
import { activateLocale } from "./locales.ts";
import { PreferencesProvider, usePreferences } from "./preferences.tsx";
import type { AppServices } from "./services.ts";
import { themes } from "./theme.ts";

export function App({ services }: { services: AppServices }) {
  return (
    <StrictMode>
      <PreferencesProvider>
        <ThemedApp services={services} />
      </PreferencesProvider>
    </StrictMode>
  );
}

function ThemedApp({ services }: { services: AppServices }) {
  const styles = useStyles();
  const { look } = usePreferences();
  const ready = useActiveLocale();
  useEffect(() => {
    document.documentElement.style.colorScheme = look === "light" ? "light" : "dark";
  }, [look]);
  return (
    // Not as a class: Fluent copies the provider's classes to where panes and menus are mounted, which must take no room.
    <FluentProvider theme={themes[look]} style={{ height: "100%" }}>
      {ready ? (
        <I18nProvider i18n={i18n}>
          <QueryClientProvider client={services.queryClient}>
            <RouterProvider router={services.router} />
          </QueryClientProvider>
        </I18nProvider>
      ) : (
        <Spinner className={styles.root} />
      )}
    </FluentProvider>
  );
}

/** False until the first catalog has come; later changes keep the old language on screen until the new one is there. */
function useActiveLocale(): boolean {
  const { locale } = usePreferences();
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let current = true;
    void activateLocale(locale).then(() => current && setReady(true));
    return () => {
      current = false;
    };
  }, [locale]);
  return ready;
}

const useStyles = makeStyles({ root: { height: "100%" } });
