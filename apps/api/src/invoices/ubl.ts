import { minorDigitsOf, type Invoice, type InvoiceLine } from "@tollbook/contracts/invoice.ts";
import type { Address } from "@tollbook/contracts/command/fields.ts";
import { formatMicros, micros, parseMicros } from "@tollbook/contracts/units.ts";
import { create } from "xmlbuilder2";
import { lastDay } from "./days.ts";
import type { Seller } from "./seller.ts";
import { taxCategoryOf, type TaxCategory } from "./tax-category.ts";
import { invoiceWords, lineText } from "./words.ts";

/**
 * An issued invoice (380) or credit note (381) as UBL 2.1 after EN 16931. Throws RangeError for a draft and where the
 * buyer's address or the seller's tax number is missing, without which neither can be written.
 *
 * How our amounts become theirs: a line whose net is quantity × price says so, any other is one unit at its net; what is
 * negative has a negative quantity, since a price may not be (BR-27). Discounts are allowances of the document. Tax that is
 * included in prices is taken off again by an allowance, since EN 16931 adds it on top. A credit note has all signs turned.
 */
export function invoiceUbl(invoice: Invoice, seller: Seller): string {
  const buyer = invoice.billTo ?? invoice.soldTo;
  if (invoice.number === null || invoice.invoiceDate === null) throw new RangeError("a draft is no invoice yet");
  if (buyer === null) throw new RangeError("the billing profile has no address to bill to");
  if (seller.taxNumber === "") throw new RangeError("the seller has no tax number (BR-S-02, BR-CO-26)");
  const sums = sumsOf(invoice, taxCategoryOf(invoice, seller, buyer));
  const note = invoice.kind === "creditNote";
  const root = note ? "CreditNote" : "Invoice";
  const document = {
    [root]: {
      "@xmlns": `urn:oasis:names:specification:ubl:schema:xsd:${root}-2`,
      "@xmlns:cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
      "@xmlns:cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
      "cbc:CustomizationID": "urn:cen.eu:en16931:2017",
      "cbc:ID": invoice.number,
      "cbc:IssueDate": invoice.invoiceDate,
      ...(note || invoice.dueDate === null ? {} : { "cbc:DueDate": invoice.dueDate }),
      ...(note ? { "cbc:CreditNoteTypeCode": "381" } : { "cbc:InvoiceTypeCode": "380" }),
      "cbc:DocumentCurrencyCode": invoice.currency,
      "cbc:BuyerReference": invoice.billingProfile,
      "cac:InvoicePeriod": periodOf(invoice.period),
      ...(invoice.purchaseOrder === "" ? {} : { "cac:OrderReference": { "cbc:ID": invoice.purchaseOrder } }),
      ...(invoice.refersTo === null
        ? {}
        : { "cac:BillingReference": { "cac:InvoiceDocumentReference": { "cbc:ID": invoice.refersTo } } }),
      "cac:AccountingSupplierParty": { "cac:Party": supplier(seller, sums.category) },
      "cac:AccountingCustomerParty": { "cac:Party": customer(buyer, sums.category) },
      ...(seller.iban === "" || note ? {} : { "cac:PaymentMeans": paymentMeans(invoice.number, seller.iban) }),
      // BR-CO-25: what is due says when, or how.
      "cac:PaymentTerms": {
        "cbc:Note": note ? invoiceWords.en.creditTerms : `Payable by ${invoice.dueDate ?? invoice.invoiceDate}`,
      },
      ...(sums.allowances.length === 0 ? {} : { "cac:AllowanceCharge": sums.allowances.map((one) => allowance(one, sums)) }),
      "cac:TaxTotal": taxTotal(sums),
      "cac:LegalMonetaryTotal": {
        "cbc:LineExtensionAmount": sums.amount(sums.lines),
        "cbc:TaxExclusiveAmount": sums.amount(sums.lines - sums.allowed),
        "cbc:TaxInclusiveAmount": sums.amount(sums.lines - sums.allowed + sums.tax),
        ...(sums.allowed === 0 ? {} : { "cbc:AllowanceTotalAmount": sums.amount(sums.allowed) }),
        ...(sums.paid === 0 ? {} : { "cbc:PrepaidAmount": sums.amount(sums.paid) }),
        "cbc:PayableAmount": sums.amount(sums.lines - sums.allowed + sums.tax - sums.paid),
      },
      [note ? "cac:CreditNoteLine" : "cac:InvoiceLine"]: sums.items.map((line, index) => lineOf(line, index, sums, note)),
    },
  };
  return create({ version: "1.0", encoding: "UTF-8" }, document).end({ prettyPrint: true });
}

type Xml = Record<string, unknown>;

interface Allowance {
  readonly reason: string;
  readonly amountMicros: number;
}

/** Amounts in micro-units, with the signs that the document shows. */
interface Sums {
  readonly category: TaxCategory;
  readonly sign: 1 | -1;
  readonly items: readonly InvoiceLine[];
  readonly lines: number;
  readonly allowances: readonly Allowance[];
  readonly allowed: number;
  readonly tax: number;
  readonly paid: number;
  readonly amount: (amountMicros: number) => Xml;
}

const microsOf = (text: string): number => parseMicros(text) ?? NaN;

function sumsOf(invoice: Invoice, category: TaxCategory): Sums {
  const { currency } = invoice;
  const sign = invoice.kind === "creditNote" ? -1 : 1;
  const signed = (text: string): number => sign * microsOf(text) + 0;
  const isAllowance = (line: InvoiceLine): boolean => line.kind === "discount" && signed(line.net) < 0;
  const items = invoice.lines.filter((line) => !isAllowance(line));
  const allowances = invoice.lines
    .filter(isAllowance)
    .map((line) => ({ reason: line.description, amountMicros: -signed(line.net) }));
  const [tax] = invoice.totals.tax;
  const taxMicros = tax === undefined ? 0 : signed(tax.amount);
  if (tax?.inclusive === true && taxMicros > 0) allowances.push({ reason: "Tax included in prices", amountMicros: taxMicros });
  return {
    category,
    sign,
    items,
    lines: items.reduce((sum, { net }) => sum + signed(net), 0),
    allowances,
    allowed: allowances.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
    tax: taxMicros,
    // A credit note is paid by what it is set off against, which is no payment of its own.
    paid: invoice.kind === "creditNote" ? 0 : microsOf(invoice.totals.paid),
    amount: (amountMicros) => ({ "@currencyID": currency, "#": minorText(amountMicros, currency) }),
  };
}

/** BR-DEC: in the currency's minor unit, at most two decimals. */
function minorText(amountMicros: number, currency: string): string {
  const digits = minorDigitsOf(currency);
  const [whole = "0", fraction = ""] = formatMicros(micros(amountMicros)).split(".");
  return digits === 0 ? whole : `${whole}.${fraction.padEnd(digits, "0").slice(0, digits)}`;
}

function periodOf(period: { readonly from: string; readonly to: string }): Xml {
  return { "cbc:StartDate": period.from, "cbc:EndDate": lastDay(period) };
}

function postalAddress(street: string, more: string, city: string, postalCode: string, country: string): Xml {
  return {
    "cbc:StreetName": street,
    ...(more === "" ? {} : { "cbc:AdditionalStreetName": more }),
    "cbc:CityName": city,
    ...(postalCode === "" ? {} : { "cbc:PostalZone": postalCode }),
    "cac:Country": { "cbc:IdentificationCode": country },
  };
}

const isVat = (number: string): boolean => /^[A-Z]{2}/.test(number);
const taxScheme = (number: string): Xml => ({
  "cac:PartyTaxScheme": { "cbc:CompanyID": number, "cac:TaxScheme": { "cbc:ID": isVat(number) ? "VAT" : "TAX" } },
});

/** BR-O-02: outside the scope of VAT no VAT identifier may be named; a local tax number may. */
const named = (number: string, { code }: TaxCategory): boolean => number !== "" && !(code === "O" && isVat(number));

function supplier(seller: Seller, category: TaxCategory): Xml {
  return {
    ...(seller.email === "" ? {} : { "cbc:EndpointID": { "@schemeID": "EM", "#": seller.email } }),
    "cac:PostalAddress": postalAddress(seller.street, "", seller.city, seller.postalCode, seller.country),
    ...(named(seller.taxNumber, category) ? taxScheme(seller.taxNumber) : {}),
    "cac:PartyLegalEntity": {
      "cbc:RegistrationName": seller.name,
      // BR-CO-26: a seller must be identifiable also where his VAT number may not be named as such.
      ...(named(seller.taxNumber, category) && isVat(seller.taxNumber) ? {} : { "cbc:CompanyID": seller.taxNumber }),
    },
  };
}

function customer(buyer: Address, category: TaxCategory): Xml {
  const number = (buyer.taxNumber ?? "").replaceAll(" ", "");
  return {
    ...(buyer.email === undefined ? {} : { "cbc:EndpointID": { "@schemeID": "EM", "#": buyer.email } }),
    "cac:PostalAddress": postalAddress(buyer.line1, buyer.line2 ?? "", buyer.city, buyer.postalCode ?? "", buyer.country),
    // A buyer has a VAT identifier or none (BT-48).
    ...(isVat(number) && named(number, category) ? taxScheme(number) : {}),
    "cac:PartyLegalEntity": { "cbc:RegistrationName": buyer.name },
  };
}

function paymentMeans(number: string, iban: string): Xml {
  return { "cbc:PaymentMeansCode": "30", "cbc:PaymentID": number, "cac:PayeeFinancialAccount": { "cbc:ID": iban } };
}

/** BR-O-05: what is outside the scope of VAT has no rate. */
function taxCategory({ code, rateBasisPoints }: TaxCategory, more: Xml = {}): Xml {
  return {
    "cbc:ID": code,
    ...(code === "O" ? {} : { "cbc:Percent": percentText(rateBasisPoints) }),
    ...more,
    "cac:TaxScheme": { "cbc:ID": "VAT" },
  };
}

export function percentText(basisPoints: number): string {
  const fraction = String(basisPoints % 100)
    .padStart(2, "0")
    .replace(/0+$/, "");
  return `${Math.floor(basisPoints / 100)}${fraction === "" ? "" : `.${fraction}`}`;
}

function allowance({ reason, amountMicros }: Allowance, { category, amount }: Sums): Xml {
  return {
    "cbc:ChargeIndicator": "false",
    "cbc:AllowanceChargeReason": reason,
    "cbc:Amount": amount(amountMicros),
    "cac:TaxCategory": taxCategory(category),
  };
}

function taxTotal({ category, lines, allowed, tax, amount }: Sums): Xml {
  return {
    "cbc:TaxAmount": amount(tax),
    "cac:TaxSubtotal": {
      "cbc:TaxableAmount": amount(lines - allowed),
      "cbc:TaxAmount": amount(tax),
      "cac:TaxCategory": taxCategory(category, category.reason === null ? {} : { "cbc:TaxExemptionReason": category.reason }),
    },
  };
}

function lineOf(line: InvoiceLine, index: number, { sign, category, amount }: Sums, note: boolean): Xml {
  const net = sign * microsOf(line.net);
  const price = line.unitPrice === null ? NaN : microsOf(line.unitPrice);
  const counted = price >= 0 && line.quantity !== 0 && price * line.quantity === sign * net;
  const quantity = counted ? sign * line.quantity : net < 0 ? -1 : 1;
  const text = lineText(line, invoiceWords.en);
  const name = line.productName === "" ? text : line.productName;
  return {
    "cbc:ID": String(index + 1),
    [note ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity"]: { "@unitCode": "C62", "#": String(quantity) },
    "cbc:LineExtensionAmount": amount(net + 0),
    ...(line.to > line.from ? { "cac:InvoicePeriod": periodOf(line) } : {}),
    "cac:Item": {
      ...(text === name ? {} : { "cbc:Description": text }),
      "cbc:Name": name,
      ...(line.product === "" ? {} : { "cac:SellersItemIdentification": { "cbc:ID": line.product } }),
      "cac:ClassifiedTaxCategory": taxCategory(category),
    },
    "cac:Price": { "cbc:PriceAmount": { ...amount(0), "#": formatMicros(micros(counted ? price : Math.abs(net))) } },
  };
}
