import type { InvoiceLine } from "@tollbook/contracts/invoice.ts";

export const invoiceLocales = ["en", "de", "da"] as const;
export type InvoiceLocale = (typeof invoiceLocales)[number];

/** Every word that stands on a printed invoice. A locale without one of them does not compile. */
export interface InvoiceWords {
  readonly invoice: string;
  readonly creditNote: string;
  readonly draft: string;
  readonly draftNotice: string;
  readonly voided: string;
  readonly number: string;
  readonly invoiceDate: string;
  readonly dueDate: string;
  readonly period: string;
  readonly purchaseOrder: string;
  readonly refersTo: string;
  readonly billingProfile: string;
  readonly billTo: string;
  readonly soldTo: string;
  readonly taxNumber: string;
  readonly servicePeriod: string;
  readonly withoutSubscription: string;
  readonly description: string;
  readonly quantity: string;
  readonly unitPrice: string;
  readonly amount: string;
  readonly charges: string;
  readonly discounts: string;
  readonly credits: string;
  readonly rounding: string;
  readonly net: string;
  /** `{label}`, `{rate}`, `{taxable}` */
  readonly tax: string;
  readonly taxIncluded: string;
  readonly total: string;
  readonly paid: string;
  readonly payable: string;
  /** `{days}`, `{date}` */
  readonly terms: string;
  readonly transfer: string;
  readonly reference: string;
  readonly creditTerms: string;
  /** `{page}`, `{pages}` */
  readonly page: string;
  readonly sellerMissing: string;
  /** `{calls}`, `{minutes}` */
  readonly calls: string;
  /** The same of one alone. */
  readonly call: string;
  readonly licences: string;
  readonly prorationCredit: string;
  readonly prorationCharge: string;
  /** `{destination}` */
  readonly overage: Readonly<Record<"calling" | "conferencing" | "voiceApplication" | "serviceNumber", string>>;
  readonly adjustment: string;
  readonly communicationsCredits: string;
  readonly creditDebt: string;
  readonly unfunded: string;
}

const en: InvoiceWords = {
  invoice: "Invoice",
  creditNote: "Credit note",
  draft: "Draft invoice",
  draftNotice: "This is a preview of what has accrued so far. It is not an invoice.",
  voided: "Void",
  number: "Number",
  invoiceDate: "Date",
  dueDate: "Due",
  period: "Billing period",
  purchaseOrder: "Purchase order",
  refersTo: "Refers to invoice",
  billingProfile: "Billing profile",
  billTo: "Bill to",
  soldTo: "Sold to",
  taxNumber: "Tax number",
  servicePeriod: "Service period",
  withoutSubscription: "Organisation",
  description: "Description",
  quantity: "Quantity",
  unitPrice: "Unit price",
  amount: "Amount",
  charges: "Charges",
  discounts: "Discounts",
  credits: "Credits",
  rounding: "of which rounding",
  net: "Subtotal",
  tax: "{label} {rate} % on {taxable}",
  taxIncluded: "includes {label} {rate} %",
  total: "Total",
  paid: "Paid",
  payable: "Amount due",
  terms: "Payable within {days} days, by {date}.",
  transfer: "By transfer to",
  reference: "Reference",
  creditTerms: "This amount pays invoices that are open or to come.",
  page: "Page {page} of {pages}",
  sellerMissing: "Seller not set (TOLLBOOK_SELLER_NAME)",
  calls: "{calls} calls, {minutes} min",
  call: "{calls} call, {minutes} min",
  licences: "Licences",
  prorationCredit: "Credit for the rest of the period, former number of licences",
  prorationCharge: "Charge for the rest of the period, new number of licences",
  overage: {
    calling: "Calls to {destination}",
    conferencing: "Conference calls, {destination}",
    voiceApplication: "Calls of voice applications to {destination}",
    serviceNumber: "Calls to service numbers, {destination}",
  },
  adjustment: "Adjustment of an earlier period",
  communicationsCredits: "Communications Credits",
  creditDebt: "Settlement of credit debt",
  unfunded: "Unfunded usage",
};

const de: InvoiceWords = {
  invoice: "Rechnung",
  creditNote: "Gutschrift",
  draft: "Rechnungsentwurf",
  draftNotice: "Vorschau auf das bisher Angefallene. Dies ist keine Rechnung.",
  voided: "Storniert",
  number: "Nummer",
  invoiceDate: "Datum",
  dueDate: "Fällig am",
  period: "Abrechnungszeitraum",
  purchaseOrder: "Bestellnummer",
  refersTo: "Zur Rechnung",
  billingProfile: "Abrechnungsprofil",
  billTo: "Rechnungsempfänger",
  soldTo: "Verkauft an",
  taxNumber: "Steuernummer",
  servicePeriod: "Leistungszeitraum",
  withoutSubscription: "Organisation",
  description: "Beschreibung",
  quantity: "Menge",
  unitPrice: "Einzelpreis",
  amount: "Betrag",
  charges: "Gebühren",
  discounts: "Rabatte",
  credits: "Gutschriften",
  rounding: "davon Rundung",
  net: "Zwischensumme",
  tax: "{label} {rate} % auf {taxable}",
  taxIncluded: "enthält {label} {rate} %",
  total: "Gesamtbetrag",
  paid: "Bezahlt",
  payable: "Fälliger Betrag",
  terms: "Zahlbar innerhalb von {days} Tagen, bis zum {date}.",
  transfer: "Überweisung an",
  reference: "Verwendungszweck",
  creditTerms: "Dieser Betrag wird mit offenen oder kommenden Rechnungen verrechnet.",
  page: "Seite {page} von {pages}",
  sellerMissing: "Verkäufer nicht festgelegt (TOLLBOOK_SELLER_NAME)",
  calls: "{calls} Anrufe, {minutes} min",
  call: "{calls} Anruf, {minutes} min",
  licences: "Lizenzen",
  prorationCredit: "Gutschrift für den Rest des Zeitraums, bisherige Anzahl Lizenzen",
  prorationCharge: "Gebühr für den Rest des Zeitraums, neue Anzahl Lizenzen",
  overage: {
    calling: "Anrufe nach {destination}",
    conferencing: "Konferenzanrufe, {destination}",
    voiceApplication: "Anrufe von Sprachanwendungen nach {destination}",
    serviceNumber: "Anrufe bei Servicenummern, {destination}",
  },
  adjustment: "Anpassung eines früheren Zeitraums",
  communicationsCredits: "Kommunikationsguthaben",
  creditDebt: "Ausgleich eines negativen Guthabens",
  unfunded: "Nicht gedeckte Nutzung",
};

const da: InvoiceWords = {
  invoice: "Faktura",
  creditNote: "Kreditnota",
  draft: "Fakturakladde",
  draftNotice: "Forhåndsvisning af det, der er løbet på indtil nu. Dette er ikke en faktura.",
  voided: "Annulleret",
  number: "Nummer",
  invoiceDate: "Dato",
  dueDate: "Forfalder",
  period: "Faktureringsperiode",
  purchaseOrder: "Indkøbsordre",
  refersTo: "Vedrører faktura",
  billingProfile: "Faktureringsprofil",
  billTo: "Faktureres til",
  soldTo: "Solgt til",
  taxNumber: "Momsnummer",
  servicePeriod: "Tjenesteperiode",
  withoutSubscription: "Organisation",
  description: "Beskrivelse",
  quantity: "Antal",
  unitPrice: "Enhedspris",
  amount: "Beløb",
  charges: "Gebyrer",
  discounts: "Rabatter",
  credits: "Krediteringer",
  rounding: "heraf afrunding",
  net: "Subtotal",
  tax: "{label} {rate} % af {taxable}",
  taxIncluded: "indeholder {label} {rate} %",
  total: "I alt",
  paid: "Betalt",
  payable: "Skyldigt beløb",
  terms: "Betales inden {days} dage, senest {date}.",
  transfer: "Overførsel til",
  reference: "Reference",
  creditTerms: "Beløbet modregnes i åbne eller kommende fakturaer.",
  page: "Side {page} af {pages}",
  sellerMissing: "Sælger ikke angivet (TOLLBOOK_SELLER_NAME)",
  calls: "{calls} opkald, {minutes} min",
  call: "{calls} opkald, {minutes} min",
  licences: "Licenser",
  prorationCredit: "Kreditering for resten af perioden, tidligere antal licenser",
  prorationCharge: "Gebyr for resten af perioden, nyt antal licenser",
  overage: {
    calling: "Opkald til {destination}",
    conferencing: "Konferenceopkald, {destination}",
    voiceApplication: "Opkald fra taleprogrammer til {destination}",
    serviceNumber: "Opkald til servicenumre, {destination}",
  },
  adjustment: "Regulering af en tidligere periode",
  communicationsCredits: "Kommunikationskreditter",
  creditDebt: "Udligning af negativ kredit",
  unfunded: "Udækket forbrug",
};

export const invoiceWords: Readonly<Record<InvoiceLocale, InvoiceWords>> = { en, de, da };

/** Puts values into the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** What a line is for, in one short sentence. */
export function lineText(line: InvoiceLine, words: InvoiceWords): string {
  switch (line.kind) {
    case "licence":
      return words.licences;
    case "proration":
      return line.net.startsWith("-") ? words.prorationCredit : words.prorationCharge;
    case "overage":
      return usageText(line, words);
    case "adjustment":
      return `${words.adjustment}: ${line.calls === 0 && line.destination === "" ? line.description : usageText(line, words)}`;
    case "unfunded":
      return `${words.unfunded}: ${usageText(line, words)}`;
    case "credits":
      return line.description === "" ? words.communicationsCredits : `${words.communicationsCredits} (${line.description})`;
    case "creditDebt":
      return words.creditDebt;
    case "discount":
    case "credit":
      return line.description;
  }
}

function usageText({ description, destination, country }: InvoiceLine, words: InvoiceWords): string {
  const text = words.overage[description as keyof InvoiceWords["overage"]] ?? words.overage.calling;
  return fill(text, { destination: destination === "" ? country || "–" : destination });
}
