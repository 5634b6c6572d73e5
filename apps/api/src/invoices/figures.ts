import { minorDigitsOf } from "@tollbook/contracts/invoice.ts";
import type { InvoiceLocale } from "./words.ts";

/** How figures and days are written on paper in each language. Amounts are decimal strings all the way: no floats. */

const signs = { en: { group: ",", decimal: "." }, de: { group: ".", decimal: "," }, da: { group: ".", decimal: "," } } as const;

/** `1234.5` with at least `digits` decimals: 1,234.50 or 1.234,50; what is more exact stays. */
export function figure(text: string, locale: InvoiceLocale, digits = 0): string {
  const { group, decimal } = signs[locale];
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  const decimals = fraction.replace(/0+$/, "").padEnd(digits, "0");
  return `${negative ? "−" : ""}${grouped}${decimals === "" ? "" : decimal + decimals}`;
}

/** In the currency's minor unit. */
export function amount(text: string, currency: string, locale: InvoiceLocale): string {
  return figure(text, locale, minorDigitsOf(currency));
}

const languages: Readonly<Record<InvoiceLocale, string>> = { en: "en-GB", de: "de-DE", da: "da-DK" };
const formats = new Map<InvoiceLocale, Intl.DateTimeFormat>();

/** `2026-01-31` as 31 Jan 2026, 31.01.2026, 31. jan. 2026. */
export function dayText(day: string, locale: InvoiceLocale): string {
  let format = formats.get(locale);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(languages[locale], { dateStyle: "medium", timeZone: "UTC" });
    formats.set(locale, format);
  }
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** An IBAN in groups of four, as banks print it. */
export const ibanText = (iban: string): string => iban.replace(/(.{4})(?=.)/g, "$1 ");
