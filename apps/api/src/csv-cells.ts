/** How a spreadsheet of that language expects a file: Excel reads a comma as decimal sign in German and Danish. */
export const csvLanguages = ["en", "de", "da"] as const;
export type CsvLanguage = (typeof csvLanguages)[number];

/** With a byte order mark, or Excel takes UTF-8 for something else. */
export const BYTE_ORDER_MARK = "\ufeff";

/**
 * One cell: a text, quoted where needed and defused; a figure with the language's decimal sign; a telephone number, whose
 * leading plus is no formula.
 */
export type CsvCell = string | { readonly figure: string } | { readonly number: string };

/** A line of RFC 4180. */
export function csvLine(cells: readonly CsvCell[], language: CsvLanguage): string {
  return `${cells.map((cell) => cellText(cell, language)).join(separator(language))}\r\n`;
}

function cellText(cell: CsvCell, language: CsvLanguage): string {
  if (typeof cell === "string") return quoted(defused(cell), language);
  if ("figure" in cell) return language === "en" ? cell.figure : cell.figure.replace(".", ",");
  return quoted(/^\+[0-9*]+$/.test(cell.number) ? cell.number : defused(cell.number), language);
}

const separator = (language: CsvLanguage): string => (language === "en" ? "," : ";");

/** A spreadsheet runs a text that begins with one of these as a formula (S18). */
function defused(text: string): string {
  return /^[=+\-@\t\r\n\0]/.test(text) ? `'${text}` : text;
}

function quoted(text: string, language: CsvLanguage): string {
  return text.includes(separator(language)) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A figure in a spreadsheet loses the last digits of a long number: digits alone, as text. */
export function withoutPlus(number: string): string {
  return number.startsWith("+") ? number.slice(1) : number;
}
