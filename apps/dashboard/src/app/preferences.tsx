import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { isLocale, localeFromBrowser, type Locale } from "./locales.ts";
import type { Look } from "./theme.ts";

export const themeChoices = ["system", "light", "dark", "contrast"] as const;
export type ThemeChoice = (typeof themeChoices)[number];

interface Preferences {
  readonly locale: Locale;
  readonly setLocale: (locale: Locale) => void;
  readonly theme: ThemeChoice;
  readonly setTheme: (theme: ThemeChoice) => void;
  /** What `system` amounts to now. */
  readonly look: Look;
}

const PreferencesContext = createContext<Preferences | null>(null);

export function usePreferences(): Preferences {
  const preferences = use(PreferencesContext);
  if (preferences === null) throw new Error("usePreferences outside PreferencesProvider");
  return preferences;
}

const LOCALE_KEY = "tollbook.locale";
const THEME_KEY = "tollbook.theme";

/** Language and theme belong to the reader's browser, not to the account. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState<Locale>(() => storedLocale());
  const [theme, setTheme] = useState<ThemeChoice>(() => storedTheme());
  const systemLook = useSyncExternalStore(subscribeToSystem, lookOfSystem);
  const look = theme === "system" ? systemLook : theme;
  useEffect(() => localStorage.setItem(LOCALE_KEY, locale), [locale]);
  useEffect(() => localStorage.setItem(THEME_KEY, theme), [theme]);
  const value = useMemo(() => ({ locale, setLocale, theme, setTheme, look }), [locale, theme, look]);
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

function storedLocale(): Locale {
  const stored = localStorage.getItem(LOCALE_KEY);
  return isLocale(stored) ? stored : localeFromBrowser(navigator.languages);
}

function storedTheme(): ThemeChoice {
  return themeChoices.find((choice) => choice === localStorage.getItem(THEME_KEY)) ?? "system";
}

const prefersDark = (): MediaQueryList => window.matchMedia("(prefers-color-scheme: dark)");
/** Where the system forces its own colours the browser does so by itself, over any look. */
const prefersContrast = (): MediaQueryList => window.matchMedia("(prefers-contrast: more) and (forced-colors: none)");

function lookOfSystem(): Look {
  if (prefersContrast().matches) return "contrast";
  return prefersDark().matches ? "dark" : "light";
}

function subscribeToSystem(changed: () => void): () => void {
  const queries = [prefersDark(), prefersContrast()];
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
  };
}
