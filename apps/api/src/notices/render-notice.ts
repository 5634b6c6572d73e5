import type { NoticeType } from "@tollbook/contracts/notices.ts";
import type { Language } from "../directory/entries.ts";
import { noticeWords } from "./words.ts";

/** A notice as a mail says it. */
export interface RenderedNotice {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const locales: Readonly<Record<Language, string>> = { en: "en-GB", de: "de-DE", da: "da-DK" };
/** Members that are amounts of the notice's currency. */
const amounts: ReadonlySet<string> = new Set(["amount", "balance", "limit", "spent", "total", "payable"]);
const times: ReadonlySet<string> = new Set(["nextAttempt", "expiresAt", "endsAt", "deletedAt"]);
const days: ReadonlySet<string> = new Set(["dueDate"]);

export function renderNotice(
  notice: NoticeType,
  data: Readonly<Record<string, string>>,
  language: Language,
  organisation: string,
): RenderedNotice {
  const words = noticeWords[language];
  const values = { ...data, organisation };
  const say = (text: string): string => fill(text, values, language);
  const { subject, lines } = words[notice];
  const body = lines
    .filter((line) => placeholders(line).every((name) => (values[name as keyof typeof values] ?? "") !== ""))
    .map(say);
  const paragraphs = [words.greeting, ...body, say(words.closing)];
  const html = paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join("\n");
  return {
    // A subject is one line, whatever a name holds.
    subject: say(subject).replaceAll(/\s+/g, " "),
    text: `${paragraphs.join("\n\n")}\n`,
    html: `<!doctype html>\n<html lang="${language}">\n<head><meta charset="utf-8"><title>${escaped(say(subject))}</title></head>\n<body>\n${html}\n</body>\n</html>\n`,
  };
}

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

function fill(text: string, values: Readonly<Record<string, string>>, language: Language): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name] ?? "";
    if (amounts.has(name)) return money(value, values["currency"] ?? "", language);
    if (times.has(name)) return time(value, language);
    if (days.has(name)) return day(value, language);
    return value;
  });
}

/** Exact: the decimal text is formatted as text, never as a number. */
function money(decimal: string, currency: string, language: Language): string {
  if (!/^-?\d+(\.\d+)?$/.test(decimal) || !/^[A-Z]{3}$/.test(currency)) return `${decimal} ${currency}`.trim();
  const format = new Intl.NumberFormat(locales[language], { style: "currency", currency, maximumFractionDigits: 6 });
  return format.format(decimal as `${number}`);
}

function time(text: string, language: Language): string {
  if (Number.isNaN(Date.parse(text))) return text;
  const format = new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(new Date(text))} UTC`;
}

function day(text: string, language: Language): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  return new Intl.DateTimeFormat(locales[language], { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${text}T00:00:00Z`));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
