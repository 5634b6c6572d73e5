import { isCurrency } from "@tollbook/contracts/units.ts";
import type { Currency } from "@tollbook/contracts/units.ts";
import type { BandMode } from "./deck.ts";
import { createErrorList } from "./deck-errors.ts";
import type { AddDeckError, DeckError } from "./deck-errors.ts";
import { parseHoliday, weekdays } from "./time-bands.ts";
import type { BandSpec, Weekday } from "./time-bands.ts";
import { loadZone } from "./zone-offsets.ts";
import type { ZoneOffsets } from "./zone-offsets.ts";

/** The JSON file that goes with a CSV deck (D16), checked. Null: not said. */
export interface SideFile {
  readonly name: string | null;
  readonly currency: Currency | null;
  readonly timeZone: string | null;
  readonly bandMode: BandMode | null;
  readonly bands: readonly BandSpec[];
  readonly holidays: readonly string[];
  readonly firstIncrementSeconds: number | null;
  readonly nextIncrementSeconds: number | null;
}

/** Side file, option lines and defaults together: all that reading a row and compiling the deck needs. */
export interface DeckSettings {
  readonly name: string;
  /** Null: every row says its own. */
  readonly currency: Currency | null;
  readonly zone: ZoneOffsets;
  readonly bandMode: BandMode;
  readonly bands: readonly BandSpec[];
  readonly bandNames: ReadonlySet<string>;
  readonly holidays: readonly string[];
  readonly firstIncrementSeconds: number;
  readonly nextIncrementSeconds: number;
}

export type SideFileReading =
  | { readonly ok: true; readonly sideFile: SideFile }
  | { readonly ok: false; readonly errors: readonly DeckError[] };

export const NO_SIDE_FILE: SideFile = {
  name: null,
  currency: null,
  timeZone: null,
  bandMode: null,
  bands: [],
  holidays: [],
  firstIncrementSeconds: null,
  nextIncrementSeconds: null,
};

export const LONGEST_INCREMENT_SECONDS = 3600;
/** Bands are tried in turn when a day is planned; no tariff has more. */
const MOST_BANDS = 50;

const KEYS = ["name", "currency", "timeZone", "bandMode", "bands", "holidays", "firstIncrementSeconds", "nextIncrementSeconds"];
const BAND_KEYS = ["name", "weekdays", "from", "to", "holidays"];

/** Reads the side file; every error says where in the file, what is wrong and what to write instead. */
export function parseSideFile(text: string): SideFileReading {
  const errors = createErrorList(100);
  const fail = (column: string | null, problem: string, fix: string) =>
    errors.add({ line: 0, column, code: "sideFile", problem, fix });
  const value = parseJson(text);
  if (!isObject(value)) {
    fail(null, "it is not a JSON object", 'write { "name": …, "currency": …, "timeZone": … }');
    return { ok: false, errors: errors.list() };
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) fail(key, "this setting is not known", `use ${KEYS.join(", ")}`);
  }
  const text1 = (key: string, ok: (text: string) => boolean, fix: string): string | null => {
    const found = value[key];
    if (found === undefined) return null;
    if (typeof found === "string" && ok(found)) return found;
    fail(key, `${JSON.stringify(found)} is not valid`, fix);
    return null;
  };
  const increment = (key: string): number | null => {
    const found = value[key];
    if (found === undefined) return null;
    if (isIncrement(found)) return found;
    fail(key, `${JSON.stringify(found)} is not valid`, `write whole seconds from 1 to ${LONGEST_INCREMENT_SECONDS}`);
    return null;
  };
  const sideFile: SideFile = {
    name: text1("name", isDeckName, NAME_FIX),
    currency: text1("currency", isCurrency, CURRENCY_FIX) as Currency | null,
    timeZone: text1("timeZone", (name) => loadZone(name) !== null, ZONE_FIX),
    bandMode: text1("bandMode", isBandMode, BAND_MODE_FIX) as BandMode | null,
    bands: readBands(value["bands"], fail),
    holidays: readHolidays(value["holidays"], fail),
    firstIncrementSeconds: increment("firstIncrementSeconds"),
    nextIncrementSeconds: increment("nextIncrementSeconds"),
  };
  return errors.count() === 0 ? { ok: true, sideFile } : { ok: false, errors: errors.list() };
}

/** Fills what the side file leaves open from option lines of the CSV file, then from defaults (UTC, split, 60/60). */
export function completeSettings(
  sideFile: SideFile,
  options: ReadonlyMap<string, string>,
  line: number,
  add: AddDeckError,
): DeckSettings | null {
  let failed = false;
  const fail = (column: string, problem: string, fix: string) => {
    failed = true;
    add({ line, column, code: "header", problem, fix });
  };
  const option = (key: string, ok: (text: string) => boolean, fix: string): string | null => {
    const text = options.get(key) ?? null;
    if (text === null || ok(text)) return text;
    fail(key, `"${text}" is not valid`, fix);
    return null;
  };
  for (const key of options.keys()) {
    if (!OPTION_KEYS.includes(key)) fail(key, "this option is not known", `use ${OPTION_KEYS.join(", ")}`);
  }
  const name = sideFile.name ?? option("name", isDeckName, NAME_FIX);
  const currency = sideFile.currency ?? (option("currency", isCurrency, CURRENCY_FIX) as Currency | null);
  const timeZone = sideFile.timeZone ?? option("timeZone", (zone) => loadZone(zone) !== null, ZONE_FIX) ?? "UTC";
  const bandMode = sideFile.bandMode ?? (option("bandMode", isBandMode, BAND_MODE_FIX) as BandMode | null) ?? "split";
  if (name === null && !failed)
    fail("name", "the deck has no name", `${NAME_FIX}, in the side file or as a first line "# name=…"`);
  const zone = loadZone(timeZone);
  if (failed || name === null || zone === null) return null;
  return {
    name,
    currency,
    zone,
    bandMode,
    bands: sideFile.bands,
    bandNames: new Set(sideFile.bands.map((band) => band.name)),
    holidays: sideFile.holidays,
    firstIncrementSeconds: sideFile.firstIncrementSeconds ?? 60,
    nextIncrementSeconds: sideFile.nextIncrementSeconds ?? 60,
  };
}

const OPTION_KEYS = ["name", "currency", "timeZone", "bandMode"];
const NAME_FIX = "write 1 to 100 characters";
const CURRENCY_FIX = 'write a code of three capital letters, such as "EUR"';
const ZONE_FIX = 'write a name of the time zone database, such as "Europe/Berlin" or "UTC"';
const BAND_MODE_FIX = 'write "split" (each increment by its own band) or "start" (the band at the start of the call)';

const isDeckName = (text: string) => text.trim() === text && text.length >= 1 && text.length <= 100;
const isBandMode = (text: string) => text === "split" || text === "start";

function isIncrement(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LONGEST_INCREMENT_SECONDS;
}

type Fail = (column: string, problem: string, fix: string) => void;

function readBands(value: unknown, fail: Fail): BandSpec[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST_BANDS) {
    fail("bands", "it is not a list of bands", `write a list of at most ${MOST_BANDS} bands`);
    return [];
  }
  const bands = value.map((item: unknown, place) => readBand(item, `bands[${place}]`, fail));
  const names = bands.map((band) => band?.name);
  names.forEach((name, place) => {
    if (name !== undefined && names.indexOf(name) < place)
      fail(`bands[${place}].name`, `"${name}" is there twice`, "give each band its own name");
  });
  return bands.filter((band) => band !== null);
}

function readBand(value: unknown, at: string, fail: Fail): BandSpec | null {
  if (!isObject(value)) {
    fail(at, "it is not a band", 'write { "name": "peak", "weekdays": ["mon", "tue"], "from": "08:00", "to": "18:00" }');
    return null;
  }
  for (const key of Object.keys(value)) {
    if (!BAND_KEYS.includes(key)) fail(`${at}.${key}`, "this setting is not known", `use ${BAND_KEYS.join(", ")}`);
  }
  const { name, weekdays: days = [], from, to, holidays = false } = value;
  const fromSecond = readClock(from);
  const toSecond = readClock(to);
  if (typeof name !== "string" || !isDeckName(name)) fail(`${at}.name`, "the band has no name", NAME_FIX);
  else if (!isWeekdays(days))
    fail(`${at}.weekdays`, `${JSON.stringify(days)} is not valid`, `write a list of ${weekdays.join(", ")}`);
  else if (typeof holidays !== "boolean")
    fail(`${at}.holidays`, `${JSON.stringify(holidays)} is not valid`, "write true or false");
  else if (days.length === 0 && !holidays)
    fail(`${at}.weekdays`, "the band holds on no day", 'name weekdays, or write "holidays": true');
  else if (fromSecond === null || fromSecond === 86_400)
    fail(`${at}.from`, `${JSON.stringify(from)} is not valid`, 'write "08:00"');
  else if (toSecond === null || toSecond === 0)
    fail(`${at}.to`, `${JSON.stringify(to)} is not valid`, 'write "18:00", or "24:00" for midnight');
  else if (fromSecond === toSecond) fail(`${at}.to`, "the band ends when it begins", 'write "00:00" to "24:00" for a whole day');
  else return { name, weekdays: days, fromSecond, toSecond, holidays };
  return null;
}

function readHolidays(value: unknown, fail: Fail): string[] {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [null];
  return list.filter((item, place): item is string => {
    const ok = typeof item === "string" && parseHoliday(item) !== null;
    if (!ok) fail(`holidays[${place}]`, `${JSON.stringify(item)} is no date`, 'write "2026-12-25", or "12-25" for every year');
    return ok;
  });
}

/** "08:30" or "08:30:15" as seconds of the day; "24:00" is the end of the day. */
function readClock(value: unknown): number | null {
  const match = typeof value === "string" ? /^(\d{2}):([0-5]\d)(?::([0-5]\d))?$/.exec(value) : null;
  if (match === null) return null;
  const second = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  return second <= 86_400 ? second : null;
}

function isWeekdays(value: unknown): value is Weekday[] {
  return Array.isArray(value) && value.every((day) => (weekdays as readonly unknown[]).includes(day));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
