import { i18n, type Messages } from "@lingui/core";

export const locales = ["en", "de", "da"] as const;
export type Locale = (typeof locales)[number];

/** Each language in its own words, so that whoever does not read the current one finds theirs. */
export const localeNames: Readonly<Record<Locale, string>> = { en: "English", de: "Deutsch", da: "Dansk" };

/** Numbers and dates: 24-hour clock and day before month in all three. */
export const formatLocales: Readonly<Record<Locale, string>> = { en: "en-GB", de: "de-DE", da: "da-DK" };

export function isLocale(value: string | null): value is Locale {
  return locales.some((locale) => locale === value);
}

export function localeFromBrowser(languages: readonly string[]): Locale {
  for (const language of languages) {
    const [base = ""] = language.toLowerCase().split("-");
    if (isLocale(base)) return base;
  }
  return "en";
}

const catalogs: Readonly<Record<Locale, () => Promise<{ messages: Messages }>>> = {
  en: async () => await import("../locales/en.po"),
  de: async () => await import("../locales/de.po"),
  da: async () => await import("../locales/da.po"),
};

/** One chunk per language, loaded when it is chosen. */
export async function activateLocale(locale: Locale): Promise<void> {
  const { messages } = await catalogs[locale]();
  i18n.loadAndActivate({ locale, messages });
  document.documentElement.lang = locale;
}
