/** Writes docs/rules.md: rule, tests that name it, code that cites it. `npm run docs`. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { ruleFamilies } from "./rules-data.ts";
import type { Rule } from "./rules-data.ts";

const root = new URL("../../", import.meta.url);
const SOURCES = "{apps,packages,integrations,loadtests,tools}/**/*.{ts,tsx,sql}";
const SKIPPED = /node_modules|\/dist\/|\.d\.ts$|tools\/docs\//;
const SHOWN_TESTS = 4;
const SHOWN_FILES = 6;

interface Named {
  readonly file: string;
  readonly name: string;
}

/** What names each rule. */
export interface RuleBook {
  readonly tests: ReadonlyMap<string, readonly Named[]>;
  readonly code: ReadonlyMap<string, readonly string[]>;
}

const prefixes = [...new Set(ruleFamilies.flatMap(({ rules }) => rules.map(({ id }) => /^([A-Z]{2})-/.exec(id)?.[1] ?? "")))];
const lettered = `(?:${prefixes.filter((prefix) => prefix !== "").join("|")})-`;
const RANGES = new RegExp(String.raw`(${lettered}|D|§12\.|edge |example )(\d+)(?: to (?:${lettered}|D|§12\.)?|\.\.)(\d+)`, "gu");
const SINGLES = new RegExp(String.raw`(?<![\w-])(${lettered}|D|§12\.|edges? |(?:worked )?examples? )(\d{1,2})(?![\w])`, "gu");

/** Ids that a text names, ranges such as "CP-3 to CP-5" and "§12.9 to §12.11" included. */
export function idsIn(text: string): string[] {
  const ids = new Set<string>();
  for (const [, prefix = "", number = ""] of text.matchAll(SINGLES)) ids.add(idOf(prefix, Number(number)));
  for (const [, prefix = "", first = "", last = ""] of text.matchAll(RANGES))
    for (let number = Number(first); number <= Number(last); number++) ids.add(idOf(prefix, number));
  return [...ids];
}

function idOf(prefix: string, number: number): string {
  if (prefix === "§12." || prefix.startsWith("edge")) return `edge ${number}`;
  return prefix.includes("example") ? `example ${number}` : `${prefix}${number}`;
}

/** Names of tests. A group's name says what its tests are about, not what each of them holds: it counts where it is one case. */
const TEST_NAMES = /\b(?:it|test)(?:\.\w+)*\(\s*(["'`])((?:(?!\1)[\s\S])*)\1/gu;
const GROUP_NAMES = /\bdescribe\(\s*(["'`])((?:(?!\1)[\s\S])*)\1/gu;
const EACH_NAMES = /\]\s*(?:as const\s*)?,?\s*\)\(\s*(["'`])((?:(?!\1)[\s\S])*)\1/gu;
const TABLE_ROWS = /\[\s*"([^"\n]*)"/gu;
const ONE_NAMED_TABLES = /\.each(?:<[\s\S]*?>)?\(\w+\)\(\s*(["'`])((?:(?!\1)[\s\S])*)\1/gu;

export function readRuleBook(): RuleBook {
  const tests = new Map<string, Named[]>();
  const code = new Map<string, string[]>();
  for (const file of globSync(SOURCES, { cwd: root }).sort()) {
    if (SKIPPED.test(file)) continue;
    const text = readFileSync(new URL(file, root), "utf8");
    if (file.endsWith(".test.ts") || file.endsWith(".test.tsx")) noteTests(tests, file, text);
    else noteCode(code, file, text);
  }
  return { tests, code };
}

function noteTests(tests: Map<string, Named[]>, file: string, text: string): void {
  const note = (name: string, ids: readonly string[]): void => {
    for (const id of ids) {
      const known = tests.get(id) ?? [];
      if (!known.some((one) => one.file === file && one.name === name)) known.push({ file, name });
      tests.set(id, known);
    }
  };
  for (const pattern of [TEST_NAMES, EACH_NAMES, ONE_NAMED_TABLES])
    for (const [, , name = ""] of text.matchAll(pattern)) note(name, [...idsIn(name), ...exampleOf(file, name)]);
  for (const [, , name = ""] of text.matchAll(GROUP_NAMES))
    note(
      name,
      idsIn(name).filter((id) => /^(?:edge|example)/u.test(id)),
    );
  for (const [, name = ""] of text.matchAll(TABLE_ROWS)) if (name.includes(" ")) note(name, idsIn(name));
}

/** Tests of worked examples begin with the example's number. */
function exampleOf(file: string, name: string): string[] {
  const number = file.startsWith("packages/domain/") ? /^(\d{1,2}): /u.exec(name)?.[1] : undefined;
  return number === undefined ? [] : [`example ${number}`];
}

function noteCode(code: Map<string, string[]>, file: string, text: string): void {
  for (const line of text.split("\n")) {
    const comment = /(?:^|\s)(?:\/\/|\/\*\*?|\*|--)\s(.*)$/u.exec(line)?.[1];
    if (comment === undefined) continue;
    for (const id of idsIn(comment)) {
      const files = code.get(id) ?? [];
      if (!files.includes(file)) files.push(file);
      code.set(id, files);
    }
  }
}

/** Rules that should have a test and have none. */
export function untestedRules({ tests }: RuleBook): string[] {
  return allRules()
    .filter(({ id, untested }) => untested === undefined && !tests.has(id))
    .map(({ id }) => id);
}

export function allRules(): Rule[] {
  return ruleFamilies.flatMap(({ rules }) => rules);
}

export function rulesPage(book: RuleBook): string {
  const families = ruleFamilies.map(({ title, rules }) => {
    const rows = rules.map((rule) => `| ${rule.id} | ${rule.says} | ${testsCell(book, rule)} | ${codeCell(book, rule)} |`);
    return `## ${title}\n\n| rule | says | tests | code |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# The rules, their tests and their code

Generated from the names of tests and from comments (\`npm run docs\`). A rule is what the product's documents say, or what was decided
where they are silent; \`edge\` and \`example\` are cases worked out in numbers. A test names the rules whose amounts and boundaries it
holds.

${families.join("\n")}`;
}

function testsCell({ tests }: RuleBook, { id, untested }: Rule): string {
  const named = tests.get(id) ?? [];
  if (named.length === 0) return untested ?? "**none**";
  const shown = named.slice(0, SHOWN_TESTS).map(({ file, name }) => `[${shortOf(file)}](../${file}): ${plain(name)}`);
  if (named.length > SHOWN_TESTS) shown.push(`and ${named.length - SHOWN_TESTS} more`);
  return shown.join("<br>");
}

function codeCell({ code }: RuleBook, { id }: Rule): string {
  const files = code.get(id) ?? [];
  const shown = files.slice(0, SHOWN_FILES).map((file) => `[${shortOf(file)}](../${file})`);
  if (files.length > SHOWN_FILES) shown.push(`and ${files.length - SHOWN_FILES} more`);
  return shown.join("<br>");
}

function shortOf(file: string): string {
  return file.replace(/^(?:apps|packages|integrations|tools)\//u, "").replace("/src/", "/");
}

function plain(name: string): string {
  return name.replace(/\s+/gu, " ").replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

if (import.meta.main) writeFileSync(new URL("docs/rules.md", root), rulesPage(readRuleBook()));
