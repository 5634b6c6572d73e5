import type { Address } from "@tollbook/contracts/command/fields.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { daysBetween, lastDay } from "./days.ts";
import { amount, dayText, ibanText } from "./figures.ts";
import { artifact, bytesOf, colours, heightOf, openDocument, openElement, page, rule, textElement, write } from "./pdf-page.ts";
import type { Doc, Element, TextStyle } from "./pdf-page.ts";
import { drawLines } from "./pdf-lines.ts";
import type { Seller } from "./seller.ts";
import { percentText } from "./ubl.ts";
import { fill, invoiceWords, type InvoiceLocale, type InvoiceWords } from "./words.ts";

/** What every part of the page needs to know. */
export interface Paper {
  readonly doc: Doc;
  /** Everything is in it. */
  readonly root: Element;
  readonly invoice: Invoice;
  readonly locale: InvoiceLocale;
  readonly words: InvoiceWords;
  /** An amount in the invoice's currency, without its code. */
  readonly money: (text: string) => string;
  readonly day: (text: string) => string;
}

/** The pages of a document; takes a good part of a second of processor time, so see `pdf.ts`. */
export async function drawInvoice(invoice: Invoice, seller: Seller | null, locale: InvoiceLocale): Promise<Uint8Array> {
  const words = invoiceWords[locale];
  const title = titleOf(invoice, words);
  const author = seller?.name ?? "Tollbook";
  // A draft has no moment of its own but the day on which its period began.
  const createdAt = new Date(invoice.issuedAt ?? `${invoice.period.from}T00:00:00Z`);
  const doc = openDocument({ title: `${title} ${invoice.number ?? ""}`.trim(), author, language: locale, createdAt });
  const paper: Paper = {
    doc,
    root: openElement(doc, "Document"),
    invoice,
    locale,
    words,
    money: (text) => amount(text, invoice.currency, locale),
    day: (text) => dayText(text, locale),
  };
  let y = drawHead(paper, seller, title);
  y = drawParties(paper, y + 18);
  y = drawLines(paper, y + 22);
  y = drawTotals(paper, y + 14);
  drawTerms(paper, seller, y + 20);
  paper.root.end();
  drawFeet(paper, seller);
  return await bytesOf(doc);
}

function titleOf({ kind, number }: Invoice, words: InvoiceWords): string {
  if (number === null) return words.draft;
  return kind === "creditNote" ? words.creditNote : words.invoice;
}

const half = (page.right - page.left) / 2;
const META_LABEL = 108;
const metaX = page.left + half + 20;

/** Seller on the left, what it is and its figures on the right. */
function drawHead(paper: Paper, seller: Seller | null, title: string): number {
  const { doc, invoice, words } = paper;
  const head = openElement(doc, "Sect", paper.root);
  drawSeller(paper, seller, head);
  const sellerEnd = doc.y;
  head.add(
    textElement(
      doc,
      "H1",
      () => void write(doc, title, metaX, page.top - 4, page.right - metaX, { size: 20, bold: true, colour: colours.accent }),
    ),
  );
  let y = doc.y + 2;
  if (invoice.state === "VOID") {
    head.add(textElement(doc, "P", () => void write(doc, words.voided, metaX, y, page.right - metaX, { size: 11, bold: true })));
    y = doc.y;
  }
  if (invoice.number === null) {
    head.add(
      textElement(
        doc,
        "P",
        () => void write(doc, words.draftNotice, metaX, y, page.right - metaX, { size: 8, colour: colours.soft }),
      ),
    );
    y = doc.y;
  }
  y += 6;
  for (const [label, value] of metaOf(paper)) {
    head.add(textElement(doc, "P", () => void write(doc, `${label} `, metaX, y, META_LABEL, { colour: colours.soft })));
    head.add(textElement(doc, "P", () => void write(doc, value, metaX + META_LABEL, y, page.right - metaX - META_LABEL)));
    y = doc.y + 2;
  }
  head.end();
  return Math.max(sellerEnd, y);
}

function drawSeller({ doc, words }: Paper, seller: Seller | null, head: Element): void {
  if (seller === null) return void paragraphs(doc, head, [words.sellerMissing], page.left, page.top, { bold: true });
  const place = `${seller.postalCode} ${seller.city}`.trim();
  const taxNumber = seller.taxNumber === "" ? "" : `${words.taxNumber} ${seller.taxNumber}`;
  const below = paragraphs(doc, head, [seller.name], page.left, page.top, { size: 13, bold: true });
  const lines = [seller.street, `${place}, ${seller.country}`, taxNumber, seller.email];
  paragraphs(doc, head, lines, page.left, below + 2, { colour: colours.soft });
}

/** Each line an element of its own, or a screen reader joins the end of one to the beginning of the next; the y below them. */
function paragraphs(doc: Doc, parent: Element, lines: readonly string[], x: number, y: number, style: TextStyle = {}): number {
  let next = y;
  for (const line of lines) {
    if (line === "") continue;
    parent.add(textElement(doc, "P", () => void (next += write(doc, line, x, next, half - 20, style))));
  }
  return next;
}

function metaOf({ invoice, words, day }: Paper): [string, string][] {
  const meta: [string, string | null][] = [
    [words.number, invoice.number],
    [words.refersTo, invoice.refersTo],
    [words.invoiceDate, invoice.invoiceDate === null ? null : day(invoice.invoiceDate)],
    [words.dueDate, invoice.kind === "creditNote" || invoice.dueDate === null ? null : day(invoice.dueDate)],
    [words.period, `${day(invoice.period.from)} – ${day(lastDay(invoice.period))}`],
    [words.purchaseOrder, invoice.purchaseOrder === "" ? null : invoice.purchaseOrder],
    [words.billingProfile, invoice.billingProfile],
  ];
  return meta.filter((entry): entry is [string, string] => entry[1] !== null);
}

/** Bill-to and sold-to beside each other; one block where they are the same. */
function drawParties(paper: Paper, y: number): number {
  const { doc, invoice, words } = paper;
  const billTo = invoice.billTo ?? invoice.soldTo;
  const blocks: [string, string][] = [[words.billTo, billTo === null ? invoice.billingAccountName : addressText(billTo, words)]];
  if (invoice.soldTo !== null && JSON.stringify(invoice.soldTo) !== JSON.stringify(billTo))
    blocks.push([words.soldTo, addressText(invoice.soldTo, words)]);
  let bottom = y;
  for (const [index, [label, text]] of blocks.entries()) {
    const x = index === 0 ? page.left : metaX;
    const block = openElement(doc, "Sect", paper.root);
    block.add(
      textElement(doc, "H2", () => void write(doc, label, x, y, half - 20, { size: 8, bold: true, colour: colours.soft })),
    );
    const below = doc.y + 2;
    bottom = Math.max(bottom, paragraphs(doc, block, text.split("\n"), x, below));
    block.end();
  }
  return bottom;
}

function addressText(address: Address, words: InvoiceWords): string {
  const { name, line1, line2 = "", city, postalCode = "", region = "", country, taxNumber = "" } = address;
  const place = [`${postalCode} ${city}`.trim(), region, country].filter((part) => part !== "").join(", ");
  return [name, line1, line2, place, taxNumber === "" ? "" : `${words.taxNumber} ${taxNumber}`]
    .filter((line) => line !== "")
    .join("\n");
}

const totalsX = page.left + half - 30;
const ROOM_FOR_TOTALS = 190;

/** IN-2: charges, discounts, credits, tax, total; then what was paid and what is due. Never torn apart. */
function drawTotals(paper: Paper, from: number): number {
  const { doc, invoice, words, money } = paper;
  const { totals, currency } = invoice;
  let y = from;
  if (y + ROOM_FOR_TOTALS > page.bottom) {
    doc.addPage();
    y = page.top;
  }
  const table = openElement(doc, "Table", paper.root);
  const row = (label: string, value: string, style: TextStyle = {}, gap = 3): void => {
    const tr = openElement(doc, "TR", table);
    tr.add(textElement(doc, "TH", () => void write(doc, label, totalsX, y, 165, style), { scope: "Row" }));
    const after = doc.y;
    tr.add(
      textElement(
        doc,
        "TD",
        () => void write(doc, value, totalsX + 165, y, page.right - totalsX - 165, { ...style, align: "right" }),
      ),
    );
    tr.end();
    y = Math.max(after, doc.y) + gap;
  };
  const soft = { size: 8, colour: colours.soft };
  row(words.charges, money(totals.charges));
  if (!isZero(totals.discounts)) row(words.discounts, money(totals.discounts));
  if (!isZero(totals.credits)) row(words.credits, money(totals.credits));
  row(words.net, money(totals.net));
  // D25: what the minor unit took away or added; exact, so with all its decimals.
  if (!isZero(totals.rounding)) row(words.rounding, money(totals.rounding), soft);
  for (const tax of totals.tax) {
    const values = {
      label: tax.label,
      rate: money(percentText(tax.rateBasisPoints)).replace(/[.,]00$/, ""),
      taxable: money(tax.taxable),
    };
    row(fill(tax.inclusive ? words.taxIncluded : words.tax, values), money(tax.amount), tax.inclusive ? soft : {});
  }
  rule(doc, y + 1, totalsX);
  y += 6;
  row(`${words.total} ${currency}`, money(totals.total), { size: 11, bold: true });
  if (invoice.kind === "invoice") {
    if (!isZero(totals.paid)) row(words.paid, money(totals.paid));
    row(`${words.payable} ${currency}`, money(totals.payable), { size: 11, bold: true, colour: colours.accent });
  }
  table.end();
  return y;
}

const isZero = (text: string): boolean => /^-?0(\.0*)?$/.test(text);

const TERMS_WIDTH = 480;

function drawTerms(paper: Paper, seller: Seller | null, from: number): void {
  const { doc } = paper;
  const lines = termsOf(paper, seller);
  if (lines.length === 0) return;
  const text = lines.join(" \n");
  let y = from;
  if (y + heightOf(doc, text, TERMS_WIDTH) > page.bottom) {
    doc.addPage();
    y = page.top;
  }
  rule(doc, y - 8);
  const section = openElement(doc, "Sect", paper.root);
  section.add(textElement(doc, "P", () => void write(doc, text, page.left, y, TERMS_WIDTH)));
  section.end();
}

function termsOf({ invoice, words, day }: Paper, seller: Seller | null): string[] {
  if (invoice.number === null || invoice.invoiceDate === null || invoice.dueDate === null) return [];
  if (invoice.kind === "creditNote") return [words.creditTerms];
  if (isZero(invoice.totals.payable)) return [];
  const days = String(daysBetween(invoice.invoiceDate, invoice.dueDate));
  const terms = [fill(words.terms, { days, date: day(invoice.dueDate) })];
  if (seller !== null && seller.iban !== "")
    terms.push(`${words.transfer} IBAN ${ibanText(seller.iban)}. ${words.reference}: ${invoice.number}`);
  return terms;
}

/** On every page, once it is known how many there are. */
function drawFeet({ doc, invoice, words }: Paper, seller: Seller | null): void {
  const { count } = doc.bufferedPageRange();
  const left = [seller?.name ?? "", titleOf(invoice, words), invoice.number ?? ""].filter((part) => part !== "").join(" · ");
  for (let index = 0; index < count; index++) {
    doc.switchToPage(index);
    const text = fill(words.page, { page: String(index + 1), pages: String(count) });
    artifact(doc, () => {
      write(doc, left, page.left, page.foot, 350, { size: 7.5, colour: colours.soft });
      write(doc, text, page.right - 120, page.foot, 120, { size: 7.5, colour: colours.soft, align: "right" });
    });
  }
}
