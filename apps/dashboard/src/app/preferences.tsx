import { createContext, use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from "react";
import { isLocale, localeFromBrowser, type Locale } from "./locales.ts";

export const themeChoices = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof themeChoices)[number];

interface Preferences {
  readonly locale: Locale;
  readonly setLocale: (locale: Locale) => void;
  readonly theme: ThemeChoice;
  readonly setTheme: (theme: ThemeChoice) => void;
  /** What `system` amounts to now. */
  readonly dark: boolean;
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
  const systemDark = useSyncExternalStore(subscribeToScheme, prefersDark);
  const dark = theme === "dark" || (theme === "system" && systemDark);
  useEffect(() => localStorage.setItem(LOCALE_KEY, locale), [locale]);
  useEffect(() => localStorage.setItem(THEME_KEY, theme), [theme]);
  const value = useMemo(() => ({ locale, setLocale, theme, setTheme, dark }), [locale, theme, dark]);
  return <PreferencesContext value={value}>{children}</PreferencesContext>;
}

function storedLocale(): Locale {
  const stored = localStorage.getItem(LOCALE_KEY);
  return isLocale(stored) ? stored : localeFromBrowser(navigator.languages);
}

function storedTheme(): ThemeChoice {
  return themeChoices.find((choice) => choice === localStorage.getItem(THEME_KEY)) ?? "system";
}

const scheme = (): MediaQueryList => window.matchMedia("(prefers-color-scheme: dark)");
const prefersDark = (): boolean => scheme().matches;

function subscribeToScheme(changed: () => void): () => void {
  const media = scheme();
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
}
