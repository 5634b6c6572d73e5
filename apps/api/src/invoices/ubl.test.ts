import { minorDigitsOf, type Invoice } from "@tollbook/contracts/invoice.ts";
import type { DraftLine } from "@tollbook/domain/billing/draft.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert } from "xmlbuilder2";
import { exampleBuyer, exampleDocument, exampleLine, exampleSeller } from "../testing/example-invoices.ts";
import { invoiceUbl } from "./ubl.ts";

/** EN 16931's arithmetic, written from the standard's rules over the XML alone: nothing of how it was made is known here. */

type Node = Record<string, unknown>;
const list = (value: unknown): Node[] => (value === undefined ? [] : Array.isArray(value) ? (value as Node[]) : [value as Node]);
const textOf = (value: unknown): string => String(typeof value === "object" && value !== null ? (value as Node)["#"] : value);
const at = (node: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((current, name) => (current as Node | undefined)?.[name], node);
/** In millionths, exact. */
const cents = (value: unknown): bigint => {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(textOf(value)) ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(6, "0")}`);
};
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

function parse(xml: string): { root: Node; note: boolean; lines: Node[] } {
  const document = convert(xml, { format: "object" }) as unknown as Node;
  const note = "CreditNote" in document;
  const root = document[note ? "CreditNote" : "Invoice"] as Node;
  return { root, note, lines: list(root[note ? "cac:CreditNoteLine" : "cac:InvoiceLine"]) };
}

/** The rules that are broken, by their names. */
function brokenRules(xml: string): string[] {
  const { root, note, lines } = parse(xml);
  const broken: string[] = [];
  const rule = (name: string, holds: boolean): void => void (holds || broken.push(name));
  const total = at(root, "cac:LegalMonetaryTotal") as Node;
  const net = lines.map((line) => cents(line["cbc:LineExtensionAmount"]));
  const allowances = list(root["cac:AllowanceCharge"]);
  const allowed = sum(allowances.map((one) => cents(one["cbc:Amount"])));
  const tax = cents(at(root, "cac:TaxTotal", "cbc:TaxAmount"));
  const subtotals = list(at(root, "cac:TaxTotal", "cac:TaxSubtotal"));
  const prepaid = total["cbc:PrepaidAmount"] === undefined ? 0n : cents(total["cbc:PrepaidAmount"]);
  rule("BR-16", lines.length > 0);
  rule("BR-CO-10", cents(total["cbc:LineExtensionAmount"]) === sum(net));
  rule(
    "BR-CO-11",
    total["cbc:AllowanceTotalAmount"] === undefined ? allowed === 0n : cents(total["cbc:AllowanceTotalAmount"]) === allowed,
  );
  rule("BR-CO-13", cents(total["cbc:TaxExclusiveAmount"]) === sum(net) - allowed);
  rule("BR-CO-14", tax === sum(subtotals.map((one) => cents(one["cbc:TaxAmount"]))));
  rule("BR-CO-15", cents(total["cbc:TaxInclusiveAmount"]) === cents(total["cbc:TaxExclusiveAmount"]) + tax);
  rule("BR-CO-16", cents(total["cbc:PayableAmount"]) === cents(total["cbc:TaxInclusiveAmount"]) - prepaid);
  rule("BR-CO-18", subtotals.length > 0);
  rule(
    "BR-CO-25",
    cents(total["cbc:PayableAmount"]) <= 0n || root["cbc:DueDate"] !== undefined || root["cac:PaymentTerms"] !== undefined,
  );
  for (const [index, line] of lines.entries()) {
    const price = cents(at(line, "cac:Price", "cbc:PriceAmount"));
    const quantity = BigInt(textOf(line[note ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity"]));
    rule("BR-27 price not negative", price >= 0n);
    rule("line net = quantity × price", price * quantity === net[index]);
    rule("BR-25 name", textOf(at(line, "cac:Item", "cbc:Name")) !== "");
  }
  for (const { "cbc:TaxableAmount": taxable, "cbc:TaxAmount": amount, "cac:TaxCategory": category } of subtotals) {
    const code = textOf(at(category, "cbc:ID"));
    const ofCategory = (node: Node, ...path: string[]): boolean => textOf(at(node, ...path, "cbc:ID")) === code;
    rule(
      `BR-${code}-01`,
      lines.every((line) => ofCategory(line, "cac:Item", "cac:ClassifiedTaxCategory")) &&
        allowances.every((one) => ofCategory(one, "cac:TaxCategory")),
    );
    rule(`BR-${code}-08`, cents(taxable) === sum(net) - allowed);
    const percent = at(category, "cbc:Percent");
    rule(
      `BR-${code}-05`,
      (percent === undefined) === (code === "O") && (code === "S") === (percent !== undefined && cents(percent) > 0n),
    );
    // BR-CO-17: rounded to two decimals; the standard's own check lets one unit pass.
    const exact = percent === undefined ? 0n : cents(taxable) * cents(percent);
    const off = cents(amount) * 100_000_000n - exact;
    rule("BR-CO-17", (off < 0n ? -off : off) <= 10_000n * 100_000_000n);
    rule(`BR-${code}-10`, ["E", "AE", "O"].includes(code) === (at(category, "cbc:TaxExemptionReason") !== undefined));
    const vat = (party: string): boolean =>
      textOf(at(root, party, "cac:Party", "cac:PartyTaxScheme", "cac:TaxScheme", "cbc:ID")) === "VAT";
    const supplier = at(root, "cac:AccountingSupplierParty", "cac:Party");
    if (code !== "O") rule(`BR-${code}-02 seller`, at(supplier, "cac:PartyTaxScheme", "cbc:CompanyID") !== undefined);
    const registered = at(supplier, "cac:PartyLegalEntity", "cbc:CompanyID") !== undefined;
    rule("BR-CO-26", vat("cac:AccountingSupplierParty") || registered);
    if (code === "O") rule("BR-O-02", !vat("cac:AccountingSupplierParty") && !vat("cac:AccountingCustomerParty"));
    if (code === "AE") rule("BR-AE-02", vat("cac:AccountingSupplierParty") && vat("cac:AccountingCustomerParty"));
  }
  for (const path of [["cac:AccountingSupplierParty"], ["cac:AccountingCustomerParty"]])
    rule(
      "BR-09, BR-11 country",
      /^[A-Z]{2}$/.test(textOf(at(root, ...path, "cac:Party", "cac:PostalAddress", "cac:Country", "cbc:IdentificationCode"))),
    );
  for (const [, decimals = ""] of xml.matchAll(
    /<cbc:(?:LineExtension|Tax|Taxable|TaxExclusive|TaxInclusive|Payable|Prepaid|AllowanceTotal)Amount [^>]*>-?\d+(?:\.(\d+))?</g,
  ))
    rule("BR-DEC two decimals at most", decimals.length <= 2);
  return broken;
}

const vat19 = { label: "MwSt.", rateBasisPoints: 1900, inclusive: false };
const amounts = (xml: string): Node => {
  const { root } = parse(xml);
  return root["cac:LegalMonetaryTotal"] as Node;
};
const ofTotals = (xml: string, ...names: string[]): string[] => names.map((name) => textOf(amounts(xml)[`cbc:${name}`]));

describe("UBL 2.1 after EN 16931", { timeout: 60_000 }, () => {
  it("an invoice (380): quantity × price where the line is one, else one unit at its net; a discount is an allowance", () => {
    const lines = [
      exampleLine(24_000_000, { line: "a", quantity: 3, unitPriceMicros: 8_000_000 }),
      exampleLine(23_985_000, { line: "b", quantity: 3, unitPriceMicros: 7_995_000 }),
      exampleLine(-5_161_290, { line: "c", kind: "proration", quantity: -2, unitPriceMicros: 8_000_000 }),
      exampleLine(1_234_567, {
        line: "d",
        kind: "overage",
        description: "calling",
        destination: "France",
        country: "FR",
        quantity: 41,
        calls: 41,
      }),
      exampleLine(-2_000_000, { line: "e", kind: "discount", description: "Partner", subscription: "", product: "" }),
    ];
    const xml = invoiceUbl(exampleDocument(lines, { tax: vat19, purchaseOrder: "PO-7" }), exampleSeller);
    expect(brokenRules(xml)).toEqual([]);
    const { root, lines: items } = parse(xml);
    expect([root["cbc:InvoiceTypeCode"], root["cbc:ID"], root["cbc:IssueDate"], root["cbc:DueDate"]]).toEqual([
      "380",
      "MAIN-000042",
      "2026-02-01",
      "2026-03-03",
    ]);
    expect(at(root, "cac:InvoicePeriod")).toEqual({ "cbc:StartDate": "2026-01-01", "cbc:EndDate": "2026-01-31" });
    expect(at(root, "cac:OrderReference", "cbc:ID")).toBe("PO-7");
    expect(items.map((line) => [textOf(line["cbc:InvoicedQuantity"]), textOf(at(line, "cac:Price", "cbc:PriceAmount"))])).toEqual(
      [
        ["3", "8.00"],
        // 3 × 7.995 is 23.985, which is no amount in cents.
        ["1", "23.99"],
        ["-1", "5.16"],
        ["1", "1.23"],
      ],
    );
    // 24.00 + 23.99 − 5.16 + 1.23 = 44.06; less 2.00 = 42.06; 19 % of that 7.9914.
    expect(
      ofTotals(xml, "LineExtensionAmount", "AllowanceTotalAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount"),
    ).toEqual(["44.06", "2.00", "42.06", "50.05", "50.05"]);
  });

  it("a credit note (381) has all signs turned and names the invoice", () => {
    const invoice: Invoice = {
      ...exampleDocument([exampleLine(-10_000_000), exampleLine(2_500_000, { line: "x" })], { tax: vat19 }),
      refersTo: "MAIN-000041",
    };
    expect(invoice.kind).toBe("creditNote");
    const xml = invoiceUbl(invoice, exampleSeller);
    expect(brokenRules(xml)).toEqual([]);
    const { root, lines } = parse(xml);
    expect(root["cbc:CreditNoteTypeCode"]).toBe("381");
    expect(at(root, "cac:BillingReference", "cac:InvoiceDocumentReference", "cbc:ID")).toBe("MAIN-000041");
    expect(lines.map((line) => textOf(line["cbc:LineExtensionAmount"]))).toEqual(["10.00", "-2.50"]);
    expect(ofTotals(xml, "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount")).toEqual(["7.50", "8.93", "8.93"]);
  });

  it("RT-4: tax that prices include is taken off by an allowance, so that the total stays what it was", () => {
    const tax = { label: "Sales tax", rateBasisPoints: 825, inclusive: true };
    const xml = invoiceUbl(exampleDocument([exampleLine(108_250_000)], { tax, currency: "USD" }), exampleSeller);
    expect(brokenRules(xml)).toEqual([]);
    expect(ofTotals(xml, "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount")).toEqual([
      "108.25",
      "100.00",
      "108.25",
    ]);
  });

  it.each([
    ["no tax", null, exampleBuyer, "O"],
    ["19 %", vat19, exampleBuyer, "S"],
    ["0 % across a border", { ...vat19, rateBasisPoints: 0 }, exampleBuyer, "AE"],
    ["0 % to a buyer without a number", { ...vat19, rateBasisPoints: 0 }, { ...exampleBuyer, taxNumber: "" }, "Z"],
    [
      "0 %, exempt by its label",
      { label: "Steuerbefreit nach § 4", rateBasisPoints: 0, inclusive: false },
      { ...exampleBuyer, taxNumber: "" },
      "E",
    ],
  ])("tax category: %s", (_name, tax, buyer, code) => {
    const xml = invoiceUbl(exampleDocument([exampleLine(10_000_000)], { tax, buyer }), exampleSeller);
    expect(brokenRules(xml)).toEqual([]);
    expect(at(parse(xml).root, "cac:TaxTotal", "cac:TaxSubtotal", "cac:TaxCategory", "cbc:ID")).toBe(code);
  });

  it("a currency without minor unit has no decimals", () => {
    const xml = invoiceUbl(exampleDocument([exampleLine(1_200_400_000)], { tax: vat19, currency: "JPY" }), exampleSeller);
    expect(ofTotals(xml, "LineExtensionAmount", "PayableAmount")).toEqual(["1200", "1428"]);
    expect(minorDigitsOf("JPY")).toBe(0);
  });

  it("a draft, a buyer without an address and a seller without a tax number are refused", () => {
    expect(() => invoiceUbl(exampleDocument([exampleLine(1)], { draft: true }), exampleSeller)).toThrow(RangeError);
    expect(() => invoiceUbl(exampleDocument([exampleLine(1)], { buyer: null }), exampleSeller)).toThrow(RangeError);
    const nameless = { ...exampleSeller, taxNumber: "" };
    expect(() => invoiceUbl(exampleDocument([exampleLine(1)]), nameless)).toThrow(/tax number/);
  });

  it("whatever lines and taxes the fold comes to, the arithmetic of EN 16931 holds and the total is ours", () => {
    const kinds = ["licence", "proration", "overage", "adjustment", "discount", "credits"] as const;
    const line: fc.Arbitrary<DraftLine> = fc
      .record({
        kind: fc.constantFrom(...kinds),
        quantity: fc.integer({ min: -50, max: 50 }),
        price: fc.option(fc.integer({ min: 0, max: 30_000_000 })),
        amount: fc.integer({ min: -90_000_000, max: 900_000_000 }),
        multiple: fc.boolean(),
      })
      .map(({ kind, quantity, price, amount, multiple }) =>
        exampleLine(multiple && price !== null ? price * quantity : kind === "discount" ? -Math.abs(amount) : amount, {
          kind,
          quantity,
          unitPriceMicros: price,
          description: kind === "discount" ? "Partner" : "calling",
          destination: "Côte d'Ivoire <mobile> & more",
        }),
      );
    const tax = fc.option(
      fc.record({
        label: fc.constant("VAT"),
        rateBasisPoints: fc.constantFrom(0, 500, 1900, 2500, 825),
        inclusive: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), tax, (lines, taxed) => {
        const invoice = exampleDocument(
          lines.map((one, index) => ({ ...one, line: String(index) })),
          { tax: taxed },
        );
        const xml = invoiceUbl(invoice, exampleSeller);
        expect(brokenRules(xml)).toEqual([]);
        const ours = cents(invoice.totals.total) * (invoice.kind === "creditNote" ? -1n : 1n);
        expect(cents(amounts(xml)["cbc:TaxInclusiveAmount"])).toBe(ours);
      }),
      { numRuns: 100 },
    );
  });
});
