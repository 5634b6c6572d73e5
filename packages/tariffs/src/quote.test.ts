import { describe, expect, it } from "vitest";
import type { Currency, E164 } from "@tollbook/contracts/units.ts";
import { quoteCall } from "./quote.ts";
import type { QuoteAsk } from "./quote.ts";
import { englishSentence } from "./quote-english.ts";
import { deckOf, time } from "./rows-for-tests.ts";
import type { RowSketch } from "./rows-for-tests.ts";

const ask: QuoteAsk = {
  from: "4512345678" as E164,
  to: "4930123456" as E164,
  direction: "outbound",
  numberClass: null,
  at: time("2026-03-02T16:59:30Z"),
  usedSeconds: 45,
  currency: "EUR" as Currency,
};

function say(row: RowSketch, change: Partial<QuoteAsk> = {}): string[] {
  return quoteCall([deckOf([row])], { ...ask, ...change }).sentences.map(englishSentence);
}

describe("a quote", () => {
  it("gives the amount, the proof and the reasons in order", () => {
    const row = {
      prefix: "49",
      destination: "Germany",
      firstIncrementSeconds: 30,
      nextIncrementSeconds: 20,
      connectFeeMicros: 10_000,
    };
    expect(quoteCall([deckOf([row])], ask)).toMatchObject({
      ok: true,
      amountMicros: 60_000,
      connectFeeMicros: 10_000,
      proof: { line: 2, prefix: "49", chargedSeconds: 50 },
      sentences: [
        { key: "rate" },
        { key: "increments" },
        { key: "part" },
        { key: "connectFee" },
        { key: "total", values: { amountMicros: 60_000 } },
      ],
    });
    expect(say(row)).toEqual([
      "Rate deck test, line 2: prefix 49, Germany (DE, landline).",
      "45 s connected, billed in steps of 30 s first and 20 s next: 50 s.",
      "50 s from second 0 at 0.06 EUR per minute.",
      "Connect fee 0.01 EUR.",
      "Charge 0.06 EUR.",
    ]);
  });

  it("says the origin, the included minutes and the bound that counted", () => {
    const row = { prefix: "49", destination: "Germany", type: "", originPrefix: "45", minChargeMicros: 100_000 };
    expect(say(row, { usedSeconds: 61, includedSeconds: 60 })).toEqual([
      "Rate deck test, line 2: prefix 49, Germany (DE).",
      "The rate holds for callers whose number begins with 45.",
      "61 s connected, billed in steps of 60 s first and 60 s next: 120 s.",
      "Included minutes pay for the first 60 s; 60 s are charged.",
      "60 s from second 60 at 0.06 EUR per minute.",
      "That is below the minimum charge of 0.10 EUR, which counts instead.",
      "Charge 0.10 EUR.",
    ]);
    expect(say({ prefix: "49", maxChargeMicros: 5 })).toContain(
      "That is above the maximum charge of 0.000005 EUR, which counts instead.",
    );
  });

  it("names the bands of the parts with their time zone", () => {
    const bands = [{ name: "peak", weekdays: ["mon" as const], fromSecond: 28_800, toSecond: 64_800, holidays: false }];
    const increments = { firstIncrementSeconds: 1, nextIncrementSeconds: 1 };
    const rows = [
      { prefix: "49", ...increments },
      { prefix: "49", band: "peak", pricePerMinuteMicros: 120_000, ...increments },
    ];
    const deck = deckOf(rows, { bands, timeZone: "Europe/Berlin" });
    const sentences = quoteCall([deck], { ...ask, at: time("2026-03-02T16:59:30Z") }).sentences.map(englishSentence);
    expect(sentences.slice(2)).toEqual([
      "30 s from second 0 at 0.12 EUR per minute, band peak (Europe/Berlin).",
      "15 s from second 30 at 0.06 EUR per minute.",
      "Charge 0.075 EUR.",
    ]);
  });

  it("says that an unconnected call is free, and that a number has no rate (RT-7)", () => {
    expect(say({ prefix: "49" }, { usedSeconds: 0 }).slice(1)).toEqual([
      "The call was not connected for a single second, so nothing is charged.",
      "Charge 0.00 EUR.",
    ]);
    expect(say({ prefix: "44" })).toEqual(["No rate deck in force has an outbound price in EUR for 4930123456."]);
    expect(say({ prefix: "44" }, { direction: "inbound", numberClass: "tollFree" })).toEqual([
      "No rate deck in force has an inbound (tollFree) price in EUR for 4930123456.",
    ]);
  });
});
