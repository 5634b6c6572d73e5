import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import PDFDocument from "pdfkit";

/**
 * A tagged page to write on: every text belongs to an element of the document's structure, so that a screen reader reads it in
 * order (PDF/A-3a), and what repeats on every page is marked as no content.
 */

const font = (weight: string): Buffer =>
  readFileSync(fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans/${weight}/NotoSans_${weight}.ttf`)));
let fonts: { readonly regular: Buffer; readonly bold: Buffer } | undefined;

export const page = { left: 48, right: 547, top: 48, bottom: 770, foot: 790 } as const;
export const colours = { text: "#1b1b1f", soft: "#5c5f66", line: "#c8cad0", band: "#f1f2f5", accent: "#0f4c81" } as const;

export type Doc = InstanceType<typeof PDFDocument>;
/** An element of the structure that takes further ones. */
export interface Element {
  add(child: unknown): unknown;
  end(): unknown;
}

export interface PageFacts {
  readonly title: string;
  readonly author: string;
  readonly language: string;
  readonly createdAt: Date;
}

export function openDocument({ title, author, language, createdAt }: PageFacts): Doc {
  fonts ??= { regular: font("400Regular"), bold: font("700Bold") };
  const doc = new PDFDocument({
    size: "A4",
    margin: 0,
    bufferPages: true,
    pdfVersion: "1.7",
    subset: "PDF/A-3a",
    tagged: true,
    lang: language,
    displayTitle: true,
    // Embedded, as PDF/A wants; the library's own fonts are not. Its types know only of a path here.
    font: fonts.regular as unknown as string,
    info: { Title: title, Author: author, Creator: "Tollbook", Producer: "Tollbook", CreationDate: createdAt },
  });
  doc.registerFont("regular", fonts.regular);
  doc.registerFont("bold", fonts.bold);
  return doc;
}

/** Everything that was written, once the document is ended. */
export async function bytesOf(doc: Doc): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on("data", (chunk: Buffer) => chunks.push(chunk));
    doc.on("end", resolve);
    doc.on("error", reject);
  });
  doc.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly align?: "left" | "right";
}

/** Writes a text into a box; the height it took. Nothing flows: the caller decides where pages end. */
export function write(doc: Doc, text: string, x: number, y: number, width: number, style: TextStyle = {}): number {
  const { size = 9, bold = false, colour = colours.text, align = "left" } = style;
  doc
    .font(bold ? "bold" : "regular")
    .fontSize(size)
    .fillColor(colour);
  doc.text(text, x, y, { width, align, lineBreak: true });
  return doc.y - y;
}

export function heightOf(doc: Doc, text: string, width: number, { size = 9, bold = false }: TextStyle = {}): number {
  return doc
    .font(bold ? "bold" : "regular")
    .fontSize(size)
    .heightOfString(text, { width });
}

/** An element with one text of its own. */
export function textElement(doc: Doc, type: string, draw: () => void, options: { readonly scope?: string } = {}): Element {
  return doc.struct(type as "P", options as object, draw as never) as unknown as Element;
}

/** An element that is filled step by step; it is in the document at once, so what is added is drawn at once. */
export function openElement(doc: Doc, type: string, parent?: Element): Element {
  const element = doc.struct(type as "P") as unknown as Element;
  if (parent === undefined) doc.addStructure(element as never);
  else parent.add(element);
  return element;
}

/** What is no content: rules, bands, feet of pages. */
export function artifact(doc: Doc, draw: () => void): void {
  doc.markContent("Artifact", { type: "Layout" });
  draw();
  doc.endMarkedContent();
}

export function rule(
  doc: Doc,
  y: number,
  from: number = page.left,
  to: number = page.right,
  colour: string = colours.line,
): void {
  artifact(doc, () => void doc.lineWidth(0.7).strokeColor(colour).moveTo(from, y).lineTo(to, y).stroke());
}

export function band(doc: Doc, y: number, height: number): void {
  artifact(doc, () => void doc.rect(page.left, y, page.right - page.left, height).fill(colours.band));
}
