import { describe, expect, it } from "vitest";
import { findRate } from "./find-rate.ts";
import { deckOf, query, time } from "./rows-for-tests.ts";
import type { RowSketch } from "./rows-for-tests.ts";

function lineOf(rows: readonly RowSketch[], number: string, sketch: Parameters<typeof query>[1] = {}): number | null {
  return findRate([deckOf(rows)], query(number, sketch))?.row.line ?? null;
}

describe("finding a rate", () => {
  it("takes the longest prefix (RT-3, D34)", () => {
    const rows = [{ prefix: "44" }, { prefix: "447" }, { prefix: "447500" }];
    expect(lineOf(rows, "442012345678")).toBe(2);
    expect(lineOf(rows, "447911123456")).toBe(3);
    expect(lineOf(rows, "447500123456")).toBe(4);
    expect(lineOf(rows, "4930123456")).toBeNull();
  });

  it("takes an origin-specific row before a generic one, but never before a longer prefix (D34)", () => {
    const rows = [
      { prefix: "49" },
      { prefix: "49", originPrefix: "4" },
      { prefix: "49", originPrefix: "45" },
      { prefix: "4930" },
    ];
    expect(lineOf(rows, "4989123456", { origin: "4512345678" })).toBe(4);
    expect(lineOf(rows, "4989123456", { origin: "4412345678" })).toBe(3);
    expect(lineOf(rows, "4989123456", { origin: "12125550100" })).toBe(2);
    expect(lineOf(rows, "4989123456", { origin: null })).toBe(2);
    expect(lineOf(rows, "4930123456", { origin: "4512345678" })).toBe(5);
  });

  it("takes the row valid at the start of the leg, the latest valid_from first; valid_to is no longer inside (RT-3)", () => {
    const rows = [
      { prefix: "49", validFrom: time("2026-01-01T00:00:00Z") },
      { prefix: "49", validFrom: time("2026-03-01T00:00:00Z"), validTo: time("2026-04-01T00:00:00Z") },
    ];
    expect(lineOf(rows, "4930123456", { at: time("2025-12-31T23:59:59Z") })).toBeNull();
    expect(lineOf(rows, "4930123456", { at: time("2026-02-28T23:59:59.999999Z") })).toBe(2);
    expect(lineOf(rows, "4930123456", { at: time("2026-03-01T00:00:00Z") })).toBe(3);
    expect(lineOf(rows, "4930123456", { at: time("2026-04-01T00:00:00Z") })).toBe(2);
  });

  it("goes to the next shorter prefix when the longest has no row for the time, class, origin or currency of the leg (D34)", () => {
    const shorter = { prefix: "49" };
    expect(lineOf([shorter, { prefix: "4930", validTo: time("2026-01-01T00:00:00Z") }], "4930123456")).toBe(2);
    expect(lineOf([shorter, { prefix: "4930", originPrefix: "45" }], "4930123456")).toBe(2);
    expect(lineOf([shorter, { prefix: "4930", currency: "USD" }], "4930123456")).toBe(2);
    expect(lineOf([shorter, { prefix: "4930", numberClass: "premium" }], "4930123456", { numberClass: "geographic" })).toBe(2);
  });

  it("keeps directions and number classes apart (RT-3)", () => {
    const rows = [
      { prefix: "49", direction: "outbound" },
      { prefix: "49", direction: "inbound", numberClass: "toll" },
      { prefix: "49", direction: "inbound", numberClass: "tollFree" },
    ];
    expect(lineOf(rows, "4930123456", { direction: "outbound" })).toBe(2);
    expect(lineOf(rows, "4930123456", { direction: "inbound", numberClass: "toll" })).toBe(3);
    expect(lineOf(rows, "4930123456", { direction: "inbound", numberClass: "tollFree" })).toBe(4);
    expect(lineOf(rows.slice(0, 1), "4930123456", { direction: "inbound", numberClass: "toll" })).toBeNull();
  });

  it("has no rate in a currency that no deck has: there is no exchange (RT-4)", () => {
    expect(lineOf([{ prefix: "49" }], "4930123456", { currency: "DKK" })).toBeNull();
  });

  it("never matches a short code of up to six digits (D27, D29)", () => {
    expect(lineOf([{ prefix: "1" }, { prefix: "112" }], "112")).toBeNull();
    expect(lineOf([{ prefix: "1" }], "118118")).toBeNull();
    expect(lineOf([{ prefix: "1" }], "1181181")).toBe(2);
  });

  it("takes the longest prefix over all decks in force, then the earlier deck (D10)", () => {
    const general = deckOf([{ prefix: "49" }, { prefix: "4930" }], { deckId: "general" });
    const special = deckOf([{ prefix: "49" }, { prefix: "493" }], { deckId: "special" });
    const found = (number: string) => findRate([general, special], query(number))?.deck.deckId;
    expect(found("4930123456")).toBe("general");
    expect(found("4931123456")).toBe("special");
    expect(found("4989123456")).toBe("general");
    expect(findRate([], query("4930123456"))).toBeNull();
  });

  it("takes the row of the band in force at the start, else the default row, else the next shorter prefix (D34)", () => {
    const bands = [{ name: "peak", weekdays: ["mon" as const], fromSecond: 28_800, toSecond: 64_800, holidays: false }];
    const rows = [{ prefix: "4" }, { prefix: "49" }, { prefix: "49", band: "peak" }, { prefix: "493", band: "peak" }];
    const deck = deckOf(rows, { bands });
    const at = (number: string, text: string) => findRate([deck], query(number, { at: time(text) }))?.row.line;
    expect(at("4989123456", "2026-03-02T12:00:00Z")).toBe(4);
    expect(at("4989123456", "2026-03-03T12:00:00Z")).toBe(3);
    expect(at("4930123456", "2026-03-02T12:00:00Z")).toBe(5);
    expect(at("4930123456", "2026-03-03T12:00:00Z")).toBe(3);
  });
});
