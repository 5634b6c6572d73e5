import {
  isCountry,
  isCurrency,
  parseMicros,
  parseTime,
  timeUs,
  daysFromCivil,
  US_PER_SECOND,
} from "@tollbook/contracts/units.ts";
import type { Country, Currency, Micros, Seconds, TimeUs } from "@tollbook/contracts/units.ts";
import { countryOf } from "./country-of.ts";
import type { AddDeckError, DeckErrorCode } from "./deck-errors.ts";
import { LONGEST_INCREMENT_SECONDS } from "./side-file.ts";
import type { DeckSettings } from "./side-file.ts";
import { numberClasses } from "./types.ts";
import type { NumberClass, RateDirection, RateRow } from "./types.ts";
import { utcFromLocal } from "./zone-offsets.ts";

/** The columns of D16, in the order in which the documentation lists them. */
export const deckColumns = [
  "prefix",
  "destination",
  "country",
  "type",
  "origin_prefix",
  "direction",
  "number_class",
  "currency",
  "connect_fee",
  "price_per_minute",
  "first_increment_s",
  "next_increment_s",
  "min_charge",
  "max_charge",
  "band",
  "valid_from",
  "valid_to",
] as const;
export type DeckColumn = (typeof deckColumns)[number];

/** The header of the ACS price list (RT-8), in our words. */
const ACS_COLUMNS: Readonly<Record<string, DeckColumn>> = {
  "destination name": "destination",
  "destination type": "type",
  country: "country",
  prefix: "prefix",
  "price / min": "price_per_minute",
};

/** What a destination type says about the numbers behind it. */
const CLASS_OF_TYPE: Readonly<Record<string, NumberClass>> = {
  landline: "geographic",
  mobile: "mobile",
  mixed: "geographic",
  "non-geographic": "other",
};

/** Place of each column in a record; undefined: the file does not have it. */
export interface DeckColumns {
  readonly places: Readonly<Partial<Record<DeckColumn, number>>>;
  readonly names: readonly string[];
}

/** A price above this is a mistake in the file; below it every charge of a day-long leg is exact in a number. */
const MOST_MICROS = 10_000_000_000;

const PREFIX = /^[1-9][0-9]{0,14}$/;

export function columnsFromHeader(fields: readonly string[], line: number, add: AddDeckError): DeckColumns | null {
  const names = fields.map((field) => field.trim());
  const lower = names.map((name) => name.toLowerCase());
  const acs = lower.includes("price / min");
  const places: Partial<Record<DeckColumn, number>> = {};
  const fail = (column: string | null, problem: string, fix: string) => add({ line, column, code: "header", problem, fix });
  let failed = false;
  lower.forEach((name, place) => {
    const column = acs ? ACS_COLUMNS[name] : deckColumns.find((known) => known === name);
    if (column === undefined || places[column] !== undefined) {
      failed = true;
      if (column !== undefined) return fail(names[place] ?? null, "this column is there twice", "remove one of them");
      if (names.length === 1 && /[;\t]/.test(name))
        return fail(null, "the columns are not separated by commas", "save the file as CSV with commas");
      return fail(names[place] ?? null, "this column is not known", `use the columns ${deckColumns.join(", ")}`);
    }
    places[column] = place;
  });
  if (failed) return null;
  for (const needed of ["prefix", "price_per_minute"] as const) {
    if (places[needed] !== undefined) continue;
    fail(
      needed,
      "this column is missing",
      "the first line holds the column names; prefix and price_per_minute must be among them",
    );
    failed = true;
  }
  return failed ? null : { places, names };
}

/** Null when anything is wrong; every wrong field of the line is reported. */
export function rowFromFields(
  columns: DeckColumns,
  fields: readonly string[],
  line: number,
  settings: DeckSettings,
  add: AddDeckError,
): RateRow | null {
  if (fields.length !== columns.names.length) {
    const problem = `the number of fields is ${fields.length}, in the header ${columns.names.length}`;
    add({ line, column: null, code: "fieldCount", problem, fix: 'put fields that contain a comma in quotation marks ("…")' });
    return null;
  }
  let failed = false;
  const fail = (column: DeckColumn, code: DeckErrorCode, problem: string, fix: string): void => {
    failed = true;
    const place = columns.places[column];
    add({ line, column: place === undefined ? column : (columns.names[place] ?? column), code, problem, fix });
  };
  const get = (column: DeckColumn): string => {
    const place = columns.places[column];
    return place === undefined ? "" : (fields[place] as string).trim();
  };
  const money = (column: DeckColumn): Micros | null => readMoney(get(column), column, fail);
  const increment = (column: DeckColumn, otherwise: number): Seconds => readIncrement(get(column), column, otherwise, fail);

  const prefix = get("prefix");
  const prefixIsValid = PREFIX.test(prefix);
  if (prefix === "")
    fail("prefix", "missing", "the prefix is empty", "write the country code and the first digits, such as 4930");
  else if (!prefixIsValid) {
    fail(
      "prefix",
      "value",
      `"${prefix}" is no prefix`,
      "write up to 15 digits, beginning with the country code, without + or 00",
    );
  }
  const originPrefix = get("origin_prefix");
  if (!/^(?:[1-9][0-9]{0,14})?$/.test(originPrefix)) {
    fail(
      "origin_prefix",
      "value",
      `"${originPrefix}" is no prefix`,
      "write digits beginning with the country code, or leave it empty",
    );
  }
  const direction = readDirection(get("direction"), fail);
  const price = money("price_per_minute");
  if (get("price_per_minute") === "")
    fail("price_per_minute", "missing", "the price is empty", "write a number such as 0.015 (0 when it is free)");
  const minCharge = money("min_charge");
  const maxCharge = money("max_charge");
  if (minCharge !== null && maxCharge !== null && minCharge > maxCharge) {
    fail("max_charge", "range", "the maximum charge is below the minimum charge", "exchange them or leave one empty");
  }
  const validFrom = readTime(get("valid_from"), "valid_from", settings, fail);
  const validTo = readTime(get("valid_to"), "valid_to", settings, fail);
  if (validFrom !== null && validTo !== null && validFrom >= validTo) {
    fail(
      "valid_to",
      "range",
      "the row ends before it begins",
      "write a valid_to after valid_from (valid_to itself is no longer included)",
    );
  }
  const band = get("band");
  if (band !== "" && !settings.bandNames.has(band)) {
    fail("band", "unknown", `the band "${band}" is not in the side file`, knownBands(settings));
  }
  const currency = readCurrency(get("currency"), settings, fail);
  const country = readCountry(get("country"), prefixIsValid ? prefix : null, fail);
  const type = get("type");
  const row = {
    line,
    prefix,
    originPrefix,
    direction,
    numberClass: readClass(get("number_class"), type, direction, fail),
    destination: get("destination") || country,
    country: country as Country,
    type,
    currency: currency as Currency,
    connectFeeMicros: money("connect_fee") ?? (0 as Micros),
    pricePerMinuteMicros: price ?? (0 as Micros),
    firstIncrementSeconds: increment("first_increment_s", settings.firstIncrementSeconds),
    nextIncrementSeconds: increment("next_increment_s", settings.nextIncrementSeconds),
    minChargeMicros: minCharge,
    maxChargeMicros: maxCharge,
    band,
    validFrom,
    validTo,
  };
  return failed ? null : row;
}

type Fail = (column: DeckColumn, code: DeckErrorCode, problem: string, fix: string) => void;

function readMoney(text: string, column: DeckColumn, fail: Fail): Micros | null {
  if (text === "") return null;
  const amount = parseMicros(text);
  if (amount !== null && amount >= 0 && amount <= MOST_MICROS) return amount;
  if (amount !== null) fail(column, "range", `${text} is out of range`, "write an amount from 0 to 10000");
  else if (/^-?\d+\.\d{7,}$/.test(text))
    fail(column, "price", `"${text}" has more than six decimals`, "write at most six decimals");
  else if (/^\d+,\d+$/.test(text)) fail(column, "price", `"${text}" has a decimal comma`, `write ${text.replace(",", ".")}`);
  else fail(column, "price", `"${text}" is no amount`, "write a plain number with a decimal point, such as 0.015");
  return null;
}

function readIncrement(text: string, column: DeckColumn, otherwise: number, fail: Fail): Seconds {
  if (text === "") return otherwise as Seconds;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= LONGEST_INCREMENT_SECONDS) return value as Seconds;
  fail(column, "value", `"${text}" is no increment`, `write whole seconds from 1 to ${LONGEST_INCREMENT_SECONDS}`);
  return otherwise as Seconds;
}

function readDirection(text: string, fail: Fail): RateDirection {
  if (text === "" || text === "outbound") return "outbound";
  if (text !== "inbound") fail("direction", "value", `"${text}" is no direction`, "write outbound or inbound");
  return "inbound";
}

function readClass(text: string, type: string, direction: RateDirection, fail: Fail): NumberClass {
  if (text === "") return direction === "inbound" ? "toll" : (CLASS_OF_TYPE[type.toLowerCase()] ?? "other");
  const known = numberClasses.find((name) => name === text);
  if (known === undefined)
    fail("number_class", "value", `"${text}" is no number class`, `write one of ${numberClasses.join(", ")}`);
  return known ?? "other";
}

function readCurrency(text: string, settings: DeckSettings, fail: Fail): string {
  const currency = text === "" ? settings.currency : text;
  if (currency === null)
    fail("currency", "missing", "the row has no currency", 'fill the column, or write "currency" into the side file');
  else if (!isCurrency(currency)) fail("currency", "value", `"${currency}" is no currency`, "write a code such as EUR");
  return currency ?? "";
}

/** An empty country is found by the prefix; null: a prefix that is reported already. */
function readCountry(text: string, prefix: string | null, fail: Fail): string {
  if (text !== "") {
    if (!isCountry(text)) fail("country", "value", `"${text}" is no country code`, "write two capital letters, such as DE");
    return text;
  }
  if (prefix === null) return "";
  const found = countryOf(prefix);
  if (found === null)
    fail("country", "missing", `the country of prefix ${prefix} is not known`, "write it into the column country, such as DE");
  return found?.country ?? "";
}

/** RFC 3339, or a date: then the first instant of that day in the deck's time zone. */
function readTime(text: string, column: DeckColumn, settings: DeckSettings, fail: Fail): TimeUs | null {
  if (text === "") return null;
  const time = parseTime(text);
  if (time !== null) return time;
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const days = date === null ? null : daysFromCivil(Number(date[1]), Number(date[2]), Number(date[3]));
  if (days !== null) return timeUs(utcFromLocal(settings.zone, days * 86_400) * US_PER_SECOND);
  fail(column, "value", `"${text}" is no time`, "write a date such as 2026-01-31, or a time such as 2026-01-31T00:00:00Z");
  return null;
}

function knownBands(settings: DeckSettings): string {
  if (settings.bandNames.size === 0) return "name it under bands in the side file, or leave the column empty";
  return `write one of ${[...settings.bandNames].join(", ")}, or leave it empty for the default band`;
}
