import { expect, it } from "vitest";
import { allRules, idsIn, readRuleBook, rulesPage, untestedRules } from "./rules.ts";

const book = readRuleBook();

it("no rule is without a test that names it", () => {
  expect(untestedRules(book)).toEqual([]);
});

it("no test and no comment names a rule that does not exist", () => {
  const known = new Set(allRules().map(({ id }) => id));
  const unknown = [...book.tests.keys(), ...book.code.keys()].filter((id) => !known.has(id));
  expect(unknown).toEqual([]);
});

it("docs/rules.md is as tests and code have it (npm run docs, or vitest -u, writes it anew)", async () => {
  await expect(rulesPage(book)).toMatchFileSnapshot("../../docs/rules.md");
});

it.each([
  ["AC-1, CC-9: toll-free", ["AC-1", "CC-9"]],
  ["grants (§12.9 to §12.11) and edge 3", ["edge 9", "edge 3", "edge 10", "edge 11"]],
  ["CP-3 to CP-5, PG-1..4", ["CP-3", "CP-5", "PG-1", "CP-4", "PG-2", "PG-3", "PG-4"]],
  ["worked example 22, D7; XD8, CP-12a and MCOPSTN1 are none", ["example 22", "D7"]],
])("reads the rules out of %s", (text, ids) => {
  expect(idsIn(text).sort()).toEqual(ids.sort());
});
