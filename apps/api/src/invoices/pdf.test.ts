import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { describe, expect, it } from "vitest";
import { exampleDocument, exampleLine, exampleSeller, january } from "../testing/example-invoices.ts";
import { amount, dayText, figure, ibanText } from "./figures.ts";
import { groupLines } from "./pdf-lines.ts";
import { invoicePdf } from "./pdf.ts";

const day = 86_400_000_000;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const count = (pdf: string, pattern: RegExp): number => pdf.match(pattern)?.length ?? 0;
const calls = (index: number): ReturnType<typeof exampleLine> =>
  exampleLine(1_000_000 + index, {
    line: `z${index}`,
    kind: "overage",
    description: "calling",
    destination: `Place ${index}`,
    quantity: 1,
    calls: 1,
  });

describe("an invoice as PDF", { timeout: 30_000 }, () => {
  it("is PDF/A-3a: tagged, in its language, with its fonts in it, and the same bytes for the same document", async () => {
    const invoice = exampleDocument([exampleLine(240_000_000, { quantity: 30, unitPriceMicros: 8_000_000 })]);
    const bytes = await invoicePdf(invoice, exampleSeller, "da");
    const pdf = text(bytes);
    expect(pdf.startsWith("%PDF-1.7")).toBe(true);
    expect(pdf).toMatch(/<pdfaid:part>3<\/pdfaid:part>\s*<pdfaid:conformance>A</);
    expect(pdf).toMatch(/\/Lang \(da\)/);
    expect(pdf).toMatch(/\/Marked true/);
    expect(count(pdf, /\/FontFile2 /g)).toBe(2);
    // One document, whose tables have heads for columns and rows.
    expect([count(pdf, /\/S \/Document\b/g), count(pdf, /\/S \/H1\b/g), count(pdf, /\/Scope \/Column/g)]).toEqual([1, 1, 4]);
    expect(Buffer.compare(bytes, await invoicePdf(invoice, exampleSeller, "da"))).toBe(0);
  });

  it("goes over several pages when it has many lines; every line is a row of one table", async () => {
    const pdf = text(
      await invoicePdf(exampleDocument(Array.from({ length: 150 }, (_, index) => calls(index))), exampleSeller, "de"),
    );
    expect(count(pdf, /\/Type \/Page\b/g)).toBe(5);
    // Heads of columns, one group, 150 lines; and the three rows of the totals (charges, subtotal, total), one of rounding, one due.
    expect(count(pdf, /\/S \/TR\b/g)).toBe(1 + 1 + 150 + 5);
    expect(count(pdf, /\/Scope \/Column/g)).toBe(4);
  });

  it("a document that cannot be made is an error of its own; the next one is made", async () => {
    const broken = { ...exampleDocument([exampleLine(1_000_000)]), lines: null } as unknown as Invoice;
    await expect(invoicePdf(broken, exampleSeller, "en")).rejects.toThrow(/could not be made/);
    expect(text(await invoicePdf(exampleDocument([exampleLine(1_000_000)]), exampleSeller, "en")).startsWith("%PDF")).toBe(true);
  });

  it("while one is set, this thread goes on deciding", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    await invoicePdf(exampleDocument(Array.from({ length: 150 }, (_, index) => calls(index))), exampleSeller, "en");
    clearInterval(timer);
    // On this thread it would be one or two.
    expect(turns).toBeGreaterThan(10);
  });

  it("a draft and a missing seller make a page too, which says so", async () => {
    const draft = exampleDocument([exampleLine(1_000_000)], { draft: true });
    const pdf = text(await invoicePdf(draft, null, "en"));
    expect(count(pdf, /\/Type \/Page\b/g)).toBe(1);
  });

  it("IN-2: lines are grouped by service period, then by subscription; what belongs to none comes last", () => {
    const lines = [
      exampleLine(-2_000_000, { line: "a", kind: "discount", subscription: "", product: "" }),
      exampleLine(1_000_000, { line: "b", from: january.from + 10 * day }),
      exampleLine(2_000_000, { line: "c" }),
      exampleLine(3_000_000, { line: "d", subscription: "plan-1" }),
      exampleLine(4_000_000, { line: "e" }),
    ];
    const groups = groupLines(exampleDocument(lines));
    expect(groups.map(({ subscription, from, lines: inside }) => [subscription, from, inside.map(({ line }) => line)])).toEqual([
      ["phones", "2026-01-01", ["c", "e"]],
      ["plan-1", "2026-01-01", ["d"]],
      ["phones", "2026-01-11", ["b"]],
      ["", "2026-01-01", ["a"]],
    ]);
  });

  it.each([
    ["en", "1,234,567.80", "−0.045", "31 Jan 2026"],
    ["de", "1.234.567,80", "−0,045", "31.01.2026"],
    ["da", "1.234.567,80", "−0,045", "31. jan. 2026"],
  ] as const)("figures and days as people of that language write them: %s", (locale, money, small, date) => {
    expect(amount("1234567.8", "EUR", locale)).toBe(money);
    expect(amount("1200", "JPY", locale)).toBe(locale === "en" ? "1,200" : "1.200");
    expect(figure("-0.045", locale)).toBe(small);
    expect(dayText("2026-01-31", locale)).toBe(date);
    expect(ibanText("DK5000400440116243")).toBe("DK50 0040 0440 1162 43");
  });
});
