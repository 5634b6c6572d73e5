import { describe, expect, it } from "vitest";
import { createDeckCsvReader } from "./deck-csv.ts";
import type { DeckReading } from "./deck-csv.ts";
import { describeDeckError } from "./deck-errors.ts";
import { deckColumns } from "./deck-row.ts";
import { deckFromFiles } from "./deck-files.ts";
import { time } from "./rows-for-tests.ts";
import { NO_SIDE_FILE } from "./side-file.ts";
import type { SideFile } from "./side-file.ts";

const side: SideFile = { ...NO_SIDE_FILE, name: "test", currency: "EUR" as SideFile["currency"] };

function read(lines: readonly string[], sideFile: SideFile = side, errorLimit?: number): DeckReading {
  const reader = createDeckCsvReader(sideFile, errorLimit);
  reader.push(lines.join("\n"));
  return reader.end();
}

/** The errors as a person reads them. */
function errorsOf(lines: readonly string[], sideFile: SideFile = side): string[] {
  const reading = read(lines, sideFile);
  return reading.ok ? [] : reading.errors.map(describeDeckError);
}

describe("a rate deck in our own columns", () => {
  it("reads every column of D16", () => {
    const reading = read(
      [
        deckColumns.join(","),
        "4930,Berlin,DE,landline,45,outbound,geographic,EUR,0.05,0.015,30,20,0.02,1.5,,2026-01-01T00:00:00+01:00,2026-07-01",
      ],
      { ...side, timeZone: "Europe/Berlin" },
    );
    expect(reading).toMatchObject({
      ok: true,
      rows: [
        {
          line: 2,
          prefix: "4930",
          originPrefix: "45",
          direction: "outbound",
          numberClass: "geographic",
          destination: "Berlin",
          country: "DE",
          type: "landline",
          currency: "EUR",
          connectFeeMicros: 50_000,
          pricePerMinuteMicros: 15_000,
          firstIncrementSeconds: 30,
          nextIncrementSeconds: 20,
          minChargeMicros: 20_000,
          maxChargeMicros: 1_500_000,
          band: "",
          validFrom: time("2025-12-31T23:00:00Z"),
          // A bare date begins at midnight of the deck's zone, in July two hours before UTC.
          validTo: time("2026-06-30T22:00:00Z"),
        },
      ],
    });
  });

  it("needs prefix and price only: country by prefix, currency and increments by the side file", () => {
    const reading = read(["price_per_minute,prefix", "0,4930", "0.5,1204"], {
      ...side,
      firstIncrementSeconds: 30,
      nextIncrementSeconds: 6,
    });
    expect(reading).toMatchObject({
      ok: true,
      rows: [
        { prefix: "4930", country: "DE", destination: "DE", currency: "EUR", pricePerMinuteMicros: 0, firstIncrementSeconds: 30 },
        {
          prefix: "1204",
          country: "CA",
          nextIncrementSeconds: 6,
          connectFeeMicros: 0,
          minChargeMicros: null,
          direction: "outbound",
        },
      ],
    });
  });

  it("takes options from comment lines before the header; the side file comes first", () => {
    const lines = [
      "# name=own",
      "# currency=USD",
      "# timeZone=America/New_York",
      "# bandMode=start",
      "# a remark",
      "prefix,price_per_minute",
      "1212,0.01",
    ];
    expect(read(lines, NO_SIDE_FILE)).toMatchObject({
      ok: true,
      settings: { name: "own", currency: "USD", bandMode: "start", zone: { timeZone: "America/New_York" } },
    });
    expect(read(lines)).toMatchObject({ ok: true, settings: { name: "test", currency: "EUR" } });
  });

  it("reads the columns in any order and case, with spaces around fields", () => {
    expect(read(["Price_Per_Minute , PREFIX", " 0.01 , 49 "])).toMatchObject({
      ok: true,
      rows: [{ prefix: "49", pricePerMinuteMicros: 10_000 }],
    });
  });
});

describe("a rate deck with the header of the ACS list (RT-8)", () => {
  it("reads it, with a class for each destination type", () => {
    const lines = [
      "Destination Name,Destination Type,Country,Prefix,Price / min",
      "Afghanistan,mixed,AF,93,0.32",
      "Albania - Mobile,mobile,AL,35566,0.5",
    ];
    expect(read(lines)).toMatchObject({
      ok: true,
      rows: [
        {
          prefix: "93",
          country: "AF",
          destination: "Afghanistan",
          type: "mixed",
          numberClass: "geographic",
          pricePerMinuteMicros: 320_000,
        },
        { prefix: "35566", numberClass: "mobile" },
      ],
    });
  });
});

describe("errors of a deck file", () => {
  const header =
    "prefix,destination,price_per_minute,direction,number_class,currency,first_increment_s,min_charge,max_charge,band,valid_from,valid_to,country";
  const row = (fields: Record<string, string>) =>
    header
      .split(",")
      .map((name) => ({ prefix: "49", destination: "Germany", price_per_minute: "0.01", ...fields })[name] ?? "")
      .join(",");

  const cases: [string, Record<string, string>, string][] = [
    [
      "an empty prefix",
      { prefix: "" },
      "line 2, prefix: the prefix is empty; write the country code and the first digits, such as 4930",
    ],
    [
      "a prefix with a plus",
      { prefix: "+49" },
      'line 2, prefix: "+49" is no prefix; write up to 15 digits, beginning with the country code, without + or 00',
    ],
    [
      "a prefix with 00",
      { prefix: "0049" },
      'line 2, prefix: "0049" is no prefix; write up to 15 digits, beginning with the country code, without + or 00',
    ],
    [
      "no price",
      { price_per_minute: "" },
      "line 2, price_per_minute: the price is empty; write a number such as 0.015 (0 when it is free)",
    ],
    [
      "seven decimals",
      { price_per_minute: "0.0000001" },
      'line 2, price_per_minute: "0.0000001" has more than six decimals; write at most six decimals',
    ],
    ["a decimal comma", { price_per_minute: '"0,015"' }, 'line 2, price_per_minute: "0,015" has a decimal comma; write 0.015'],
    [
      "a power of ten",
      { price_per_minute: "1e-3" },
      'line 2, price_per_minute: "1e-3" is no amount; write a plain number with a decimal point, such as 0.015',
    ],
    [
      "a negative price",
      { price_per_minute: "-0.01" },
      "line 2, price_per_minute: -0.01 is out of range; write an amount from 0 to 10000",
    ],
    [
      "a price beyond the exact range",
      { price_per_minute: "10000.01" },
      "line 2, price_per_minute: 10000.01 is out of range; write an amount from 0 to 10000",
    ],
    ["an unknown direction", { direction: "out" }, 'line 2, direction: "out" is no direction; write outbound or inbound'],
    [
      "an unknown class",
      { number_class: "fixed" },
      'line 2, number_class: "fixed" is no number class; write one of geographic, mobile, toll, tollFree, premium, other',
    ],
    ["a wrong currency", { currency: "Euro" }, 'line 2, currency: "Euro" is no currency; write a code such as EUR'],
    [
      "an increment of 0",
      { first_increment_s: "0" },
      'line 2, first_increment_s: "0" is no increment; write whole seconds from 1 to 3600',
    ],
    [
      "bounds that cross",
      { min_charge: "2", max_charge: "1" },
      "line 2, max_charge: the maximum charge is below the minimum charge; exchange them or leave one empty",
    ],
    [
      "an unknown band",
      { band: "peak" },
      'line 2, band: the band "peak" is not in the side file; name it under bands in the side file, or leave the column empty',
    ],
    [
      "a wrong date",
      { valid_from: "1.1.2026" },
      'line 2, valid_from: "1.1.2026" is no time; write a date such as 2026-01-31, or a time such as 2026-01-31T00:00:00Z',
    ],
    [
      "a day that does not exist",
      { valid_to: "2026-02-30" },
      'line 2, valid_to: "2026-02-30" is no time; write a date such as 2026-01-31, or a time such as 2026-01-31T00:00:00Z',
    ],
    [
      "an end before the beginning",
      { valid_from: "2026-02-01", valid_to: "2026-02-01" },
      "line 2, valid_to: the row ends before it begins; write a valid_to after valid_from (valid_to itself is no longer included)",
    ],
    [
      "an unknown country",
      { prefix: "999" },
      "line 2, country: the country of prefix 999 is not known; write it into the column country, such as DE",
    ],
    [
      "a country in words",
      { country: "Germany" },
      'line 2, country: "Germany" is no country code; write two capital letters, such as DE',
    ],
  ];
  it.each(cases)("says what is wrong with %s, where, and what to do", (_, fields, expected) => {
    expect(errorsOf([header, row(fields)])).toEqual([expected]);
  });

  it("reports several errors of one line, and lines that are short or long", () => {
    expect(errorsOf(["prefix,price_per_minute", "x,y", "49", "49,1,2"])).toHaveLength(4);
    expect(errorsOf(["prefix,price_per_minute", "49"])).toEqual([
      'line 2: the number of fields is 1, in the header 2; put fields that contain a comma in quotation marks ("…")',
    ]);
  });

  it("finds the row that repeats an earlier one, but not rows that differ in a key column (D34)", () => {
    expect(errorsOf([header, row({}), row({ prefix: "44" }), row({ destination: "again" })])).toEqual([
      "line 4, prefix: prefix 49 has the same direction, class, origin, currency, band and valid_from as line 2; remove one of the two lines, or give them different valid_from dates",
    ]);
    const different = [
      row({}),
      row({ direction: "inbound" }),
      row({ number_class: "mobile" }),
      row({ currency: "USD" }),
      row({ valid_from: "2026-01-01" }),
    ];
    expect(errorsOf([header, ...different])).toEqual([]);
  });

  it("refuses columns that are unknown, twice, missing, or not separated by commas", () => {
    expect(errorsOf(["prefix,price"])[0]).toMatch(
      /^line 1, price: this column is not known; use the columns prefix, destination/,
    );
    expect(errorsOf(["prefix,prefix,price_per_minute"])).toEqual([
      "line 1, prefix: this column is there twice; remove one of them",
    ]);
    expect(errorsOf(["prefix,destination"])[0]).toMatch(/^line 1, price_per_minute: this column is missing/);
    expect(errorsOf(["prefix;price_per_minute"])).toEqual([
      "line 1: the columns are not separated by commas; save the file as CSV with commas",
    ]);
  });

  it("refuses a file without a name, a currency, a header or a price", () => {
    const bare = ["prefix,price_per_minute", "49,1"];
    expect(errorsOf(bare, NO_SIDE_FILE)[0]).toMatch(/^line 1, name: the deck has no name/);
    expect(errorsOf(bare, { ...NO_SIDE_FILE, name: "x" })[0]).toMatch(/^line 2, currency: the row has no currency/);
    expect(errorsOf([])[0]).toMatch(/^line 1: the file is empty/);
    expect(errorsOf(["prefix,price_per_minute"])[0]).toMatch(/^line 2: the file has column names but no prices/);
    expect(errorsOf(["# zone=UTC", ...bare])[0]).toMatch(/^line 2, zone: this option is not known/);
    expect(errorsOf(["# timeZone=Mars/Olympus", ...bare])[0]).toMatch(/^line 2, timeZone: "Mars\/Olympus" is not valid/);
    expect(errorsOf([bare[0] ?? "", "# timeZone=UTC", "49,1"])[0]).toMatch(
      /^line 2: the option timeZone stands after the header/,
    );
    expect(errorsOf([...bare, '"4930,1'])[0]).toMatch(/^line 3: a quotation mark is not closed/);
  });

  it("keeps the first errors up to the limit and counts the others", () => {
    const reading = read(["prefix,price_per_minute", ...Array.from({ length: 250 }, () => "x,1")], side, 10);
    expect(reading.ok ? null : [reading.errors.length, reading.unreported]).toEqual([10, 240]);
  });
});

describe("a large deck", () => {
  it("streams 200,000 rows in small chunks into a deck", () => {
    const lines = Array.from(
      { length: 200_000 },
      (_, place) => `${4_000_000 + place},destination ${place},0.0${1 + (place % 9)}\n`,
    );
    function* chunks() {
      const text = `prefix,destination,price_per_minute\n${lines.join("")}`;
      for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536);
    }
    const result = deckFromFiles("large", chunks(), '{ "name": "large", "currency": "EUR" }');
    expect(result).toMatchObject({ ok: true, deck: { rows: { length: 200_000 } } });
  });
});
