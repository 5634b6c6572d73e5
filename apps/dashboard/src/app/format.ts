import { parseMicros } from "@tollbook/contracts/units.ts";
import { useMemo } from "react";
import { formatLocales, type Locale } from "./locales.ts";
import { usePreferences } from "./preferences.tsx";

/** Decimal text goes to Intl as text: it formats every digit exactly, without a float in between. */
type Decimal = `${number}`;

export interface Format {
  /** "1234.5" in EUR: "€1,234.50", "1.234,50 €"; up to six decimals where the amount has them. */
  readonly money: (amount: string, currency: string) => string;
  readonly number: (value: number) => string;
  /** A decimal text, every digit kept. */
  readonly decimal: (value: string) => string;
  readonly percent: (part: number, whole: number) => string;
  /** Whole minutes of seconds, rounded down, with one decimal under ten minutes. */
  readonly minutes: (seconds: number) => string;
  /** Seconds as 1:02:03 or 2:03. */
  readonly duration: (seconds: number) => string;
  readonly dateTime: (rfc3339: string) => string;
  readonly time: (rfc3339: string) => string;
  readonly date: (rfc3339: string) => string;
  /** The day in UTC, for what begins or ends with one by rule (CC-7). */
  readonly utcDate: (rfc3339: string) => string;
  readonly day: (date: Date) => string;
  /** Start of a bucket of a series: hours in the reader's zone, days in UTC as they were counted. */
  readonly bucket: (rfc3339: string, bucket: "hour" | "day") => string;
  readonly month: (yearMonth: number) => string;
  readonly country: (code: string) => string;
  /** The zone times are shown in: "Europe/Copenhagen". */
  readonly zone: string;
}

export function useFormat(): Format {
  const { locale } = usePreferences();
  return useMemo(() => createFormat(locale), [locale]);
}

export function createFormat(locale: Locale, timeZone?: string): Format {
  const tag = formatLocales[locale];
  const zone = timeZone === undefined ? {} : { timeZone };
  const currencies = new Map<string, Intl.NumberFormat>();
  const plain = new Intl.NumberFormat(tag);
  const exact = new Intl.NumberFormat(tag, { maximumFractionDigits: 20 });
  const oneDecimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 1, roundingMode: "trunc" });
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(tag, {
    year: "numeric",
    // Figures are shortest, but English readers do not agree which of two is the month.
    month: locale === "en" ? "short" : "2-digit",
    day: locale === "en" ? "numeric" : "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...zone,
  });
  const time = new Intl.DateTimeFormat(tag, { timeStyle: "medium", ...zone });
  const utcDate = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeZone: "UTC" });
  const date = new Intl.DateTimeFormat(tag, { dateStyle: "medium", ...zone });
  const hour = new Intl.DateTimeFormat(tag, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    ...zone,
  });
  const utcDay = new Intl.DateTimeFormat(tag, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(tag, { month: "long", year: "numeric", timeZone: "UTC" });
  const regions = new Intl.DisplayNames(tag, { type: "region", fallback: "code" });

  return {
    money: (amount, currency) => currencyFormat(currencies, tag, currency).format(amount as Decimal),
    number: (value) => plain.format(value),
    decimal: (value) => exact.format(value as Decimal),
    percent: (part, whole) => percent.format(whole === 0 ? 0 : part / whole),
    minutes: (seconds) => (seconds < 600 ? oneDecimal : plain).format(seconds < 600 ? seconds / 60 : Math.floor(seconds / 60)),
    duration: durationText,
    dateTime: (text) => dateTime.format(new Date(text)),
    time: (text) => time.format(new Date(text)),
    date: (text) => date.format(new Date(text)),
    utcDate: (text) => utcDate.format(new Date(text)),
    day: (value) => date.format(value),
    bucket: (text, bucket) => (bucket === "hour" ? hour : utcDay).format(new Date(text)),
    month: (yearMonth) => month.format(new Date(Date.UTC(Math.floor(yearMonth / 100), (yearMonth % 100) - 1))),
    country: (code) => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code),
    zone: timeZone ?? dateTime.resolvedOptions().timeZone,
  };
}

function currencyFormat(known: Map<string, Intl.NumberFormat>, tag: string, currency: string): Intl.NumberFormat {
  const key = currency;
  let format = known.get(key);
  if (format === undefined) {
    // Calls without a price have no currency; a bare number is then the truth.
    const style = /^[A-Z]{3}$/.test(currency) ? ({ style: "currency", currency } as const) : {};
    format = new Intl.NumberFormat(tag, { ...style, minimumFractionDigits: 2, maximumFractionDigits: 6 });
    known.set(key, format);
  }
  return format;
}

function durationText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

export type Sign = -1 | 0 | 1;

/** Whether an amount is below, at or above zero. */
export function signOf(amount: string): Sign {
  return Math.sign(parseMicros(amount) ?? 0) as Sign;
}
