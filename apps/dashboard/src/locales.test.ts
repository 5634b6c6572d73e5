import { describe, expect, test } from "vitest";
import da from "./locales/da.po?raw";
import de from "./locales/de.po?raw";
import en from "./locales/en.po?raw";

/** The text behind `msgid` or `msgstr`, joined over its lines. */
const quoted = (lines: string, keyword: string): string => {
  const block = new RegExp(`^${keyword} ((?:".*"\\n?)+)`, "m").exec(lines)?.[1] ?? "";
  return [...block.matchAll(/"(.*)"/g)].map(([, text = ""]) => text).join("");
};

function messagesOf(catalog: string): Map<string, string> {
  const entries = catalog
    .split("\n\n")
    .map((entry) => [quoted(entry, "msgid"), quoted(entry, "msgstr")] as const)
    .filter(([id]) => id !== "");
  return new Map(entries);
}

/** The names a sentence is filled with; in plural forms too. */
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name = ""]) => name))].toSorted();
const tags = (text: string): string[] => [...text.matchAll(/<\/?\d+\/?>/g)].map(([tag]) => tag).toSorted();

/** Words that are the same in the other language. */
const english = messagesOf(en);

describe.each([
  ["German", messagesOf(de)],
  ["Danish", messagesOf(da)],
])("%s", (_language, catalog) => {
  test("has every sentence of the dashboard", () => {
    expect(english.size).toBeGreaterThan(50);
    expect([...catalog.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    expect([...catalog].filter(([, text]) => text === "").map(([id]) => id)).toEqual([]);
  });

  test("fills in the same values and keeps the same links as English", () => {
    const wrong = [...catalog].filter(
      ([id, text]) => String(placeholders(id)) !== String(placeholders(text)) || String(tags(id)) !== String(tags(text)),
    );
    expect(wrong.map(([id]) => id)).toEqual([]);
  });

  test("leaves no sentence of four words or more in English", () => {
    const untranslated = [...catalog].filter(([id, text]) => text === id && id.split(" ").length > 3);
    expect(untranslated.map(([id]) => id)).toEqual([]);
  });
});

/** The words readers know from the product's own German and Danish documents, and the ones they do not. */
test.each([
  [
    "German",
    messagesOf(de),
    /nutzungsbasierte Bezahlung/i,
    /nutzungsbasierte[nr]? Abrechnung|Mehrverbrauch|automatische[nr]? Aufladung/i,
  ],
  ["Danish", messagesOf(da), /betaling efter forbrug/i, /merforbrug/i],
])("%s says pay-as-you-go, overage and auto-recharge in the documents' words", (_language, catalog, known, unknown) => {
  expect(catalog.get("Pay-as-you-go")).toMatch(known);
  expect([...catalog.values()].filter((text) => unknown.test(text))).toEqual([]);
});
