import { minorDigitsOf, type Invoice, type InvoiceLine } from "@tollbook/contracts/invoice.ts";
import { formatMicros, micros, parseMicros } from "@tollbook/contracts/units.ts";
import { lastDay } from "./days.ts";
import { figure } from "./figures.ts";
import type { Paper } from "./pdf-layout.ts";
import { artifact, band, colours, heightOf, openElement, page, rule, textElement, write } from "./pdf-page.ts";
import type { Element, TextStyle } from "./pdf-page.ts";
import { fill, lineText } from "./words.ts";

/** The lines of an invoice, grouped by service period and subscription (IN-2), over as many pages as they need. */

interface Column {
  readonly x: number;
  readonly width: number;
  readonly align: "left" | "right";
}
const columns: readonly Column[] = [
  { x: page.left + 6, width: 300, align: "left" },
  { x: 358, width: 44, align: "right" },
  { x: 404, width: 62, align: "right" },
  { x: 468, width: page.right - 474, align: "right" },
];
const PADDING = 4;
const HEAD_HEIGHT = 19;

export interface LineGroup {
  readonly subscription: string;
  readonly productName: string;
  readonly from: string;
  readonly to: string;
  readonly lines: InvoiceLine[];
}

/** By service period, then by subscription, in the order in which they first accrued. */
export function groupLines({ lines }: Invoice): LineGroup[] {
  const groups = new Map<string, LineGroup>();
  for (const line of lines) {
    const key = [line.from, line.to, line.subscription].join("|");
    let group = groups.get(key);
    if (group === undefined) {
      const { subscription, productName, from, to } = line;
      group = { subscription, productName: subscription === "" ? "" : productName, from, to, lines: [] };
      groups.set(key, group);
    }
    group.lines.push(line);
  }
  // What belongs to no subscription comes last: credits, discounts.
  const place = ({ subscription, from }: LineGroup): string => `${subscription === "" ? 1 : 0}${from}`;
  return [...groups.values()].toSorted((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
}

export function drawLines(paper: Paper, from: number): number {
  const { doc, invoice } = paper;
  const table = openElement(doc, "Table", paper.root);
  let y = drawColumnHeads(paper, from, table);
  for (const group of groupLines(invoice)) {
    const [first] = group.lines;
    const needed = groupHeight(paper, group) + (first === undefined ? 0 : lineHeight(paper, first));
    // A group's head is never alone at the foot of a page.
    if (y + needed > page.bottom) y = nextPage(paper);
    y = drawGroupHead(paper, y, table, group);
    for (const line of group.lines) {
      if (y + lineHeight(paper, line) > page.bottom) y = nextPage(paper);
      y = drawLine(paper, y, table, line);
    }
  }
  table.end();
  rule(doc, y);
  return y;
}

function nextPage(paper: Paper): number {
  rule(paper.doc, page.bottom);
  paper.doc.addPage();
  return drawColumnHeads(paper, page.top, null);
}

/** The first time a row of the table; on later pages a repetition, which a screen reader need not read again. */
function drawColumnHeads(paper: Paper, y: number, table: Element | null): number {
  const { doc, words, invoice } = paper;
  band(doc, y, HEAD_HEIGHT);
  const texts = [words.description, words.quantity, words.unitPrice, `${words.amount} ${invoice.currency}`];
  const style: TextStyle = { size: 8, bold: true };
  const draw = (index: number): void => cell(paper, texts[index] ?? "", index, y + 4, style);
  if (table === null) artifact(doc, () => texts.forEach((_text, index) => draw(index)));
  else {
    const row = openElement(doc, "TR", table);
    texts.forEach((_text, index) => void row.add(textElement(doc, "TH", () => draw(index), { scope: "Column" })));
    row.end();
  }
  return y + HEAD_HEIGHT + 2;
}

function cell({ doc }: Paper, text: string, index: number, y: number, style: TextStyle = {}): void {
  const { x, width, align } = columns[index] as Column;
  write(doc, text, x, y, width, { ...style, align });
}

function groupText({ words, day }: Paper, group: LineGroup): string {
  const name = [group.productName, group.subscription].filter((part) => part !== "").join(" · ") || words.withoutSubscription;
  return group.to > group.from ? `${name}\n${words.servicePeriod} ${day(group.from)} – ${day(lastDay(group))}` : name;
}

const groupStyle: TextStyle = { size: 8.5, bold: true };

function groupHeight(paper: Paper, group: LineGroup): number {
  return heightOf(paper.doc, groupText(paper, group), 380, groupStyle) + 2 * PADDING;
}

function drawGroupHead(paper: Paper, y: number, table: Element, group: LineGroup): number {
  const { doc, money } = paper;
  const [name = "", period = ""] = groupText(paper, group).split("\n");
  const row = openElement(doc, "TR", table);
  row.add(
    textElement(
      doc,
      "TH",
      () => {
        write(doc, name, page.left + 6, y + PADDING, 380, groupStyle);
        if (period !== "") write(doc, period, page.left + 6, doc.y, 380, { size: 8, colour: colours.soft });
      },
      { scope: "Row" },
    ),
  );
  const sum = group.lines.reduce((total, { net }) => total + (parseMicros(net) ?? 0), 0);
  const end = doc.y;
  row.add(textElement(doc, "TD", () => cell(paper, money(formatMicros(micros(sum))), 3, y + PADDING, groupStyle)));
  row.end();
  return Math.max(end, doc.y) + PADDING;
}

/** What it is for, and of calls how many and how long. */
function textOfLine({ words, locale }: Paper, line: InvoiceLine): string {
  const text = lineText(line, words);
  const { calls, billedSeconds } = line;
  if (calls === 0) return text;
  const tenths = Math.round(billedSeconds / 6);
  const minutes = figure(`${tenths < 0 ? "-" : ""}${Math.floor(Math.abs(tenths) / 10)}.${Math.abs(tenths) % 10}`, locale, 1);
  const counted = fill(Math.abs(calls) === 1 ? words.call : words.calls, { calls: figure(String(calls), locale), minutes });
  // A figure stays with its unit.
  return `${text} · ${counted.replaceAll(" ", "\u00a0")}`;
}

function lineHeight(paper: Paper, line: InvoiceLine): number {
  const { width } = columns[0] as Column;
  return heightOf(paper.doc, textOfLine(paper, line), width - 10) + PADDING;
}

function drawLine(paper: Paper, y: number, table: Element, line: InvoiceLine): number {
  const { doc, locale, money, invoice } = paper;
  const row = openElement(doc, "TR", table);
  const { x, width } = columns[0] as Column;
  row.add(textElement(doc, "TD", () => void write(doc, textOfLine(paper, line), x + 10, y, width - 10)));
  const end = doc.y;
  // Of a share of a period the price is not that of a whole one.
  const price = parseMicros(line.unitPrice ?? "");
  const priced = line.calls === 0 && price !== null && price * line.quantity === parseMicros(line.exact);
  const texts = [
    line.unitPrice === null ? "" : figure(String(line.quantity), locale),
    priced ? figure(line.unitPrice ?? "", locale, minorDigitsOf(invoice.currency)) : "",
    money(line.net),
  ];
  for (const [index, text] of texts.entries()) {
    // An empty cell is no text, and yet a cell: a reader counts columns.
    row.add(textElement(doc, "TD", () => (text === "" ? undefined : cell(paper, text, index + 1, y))));
  }
  row.end();
  return end + PADDING;
}
