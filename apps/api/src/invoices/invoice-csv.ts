import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { BYTE_ORDER_MARK, csvLine, type CsvCell, type CsvLanguage } from "../csv-cells.ts";
import { lastDay } from "./days.ts";

const heads = [
  "Invoice",
  "Number",
  "Currency",
  "Line",
  "Kind",
  "Subscription",
  "Product",
  "Description",
  "Destination",
  "Country",
  "From",
  "To",
  "Quantity",
  "Unit Price",
  "Calls",
  "Billed Seconds",
  "Exact",
  "Net",
];

/** The lines of one invoice; then what is on it beside lines: rounding (only in `Exact`), tax. `Exact` sums to the total before what is paid. */
export function invoiceCsv(invoice: Invoice, language: CsvLanguage): string {
  const { totals } = invoice;
  const before = [invoice.invoice, invoice.number ?? "", invoice.currency];
  const lines: CsvCell[][] = invoice.lines.map((line) => [
    ...before,
    line.line,
    line.kind,
    line.subscription,
    line.productName,
    line.description,
    line.destination,
    line.country,
    line.from,
    lastDay(line),
    { figure: String(line.quantity) },
    { figure: line.unitPrice ?? "" },
    { figure: String(line.calls) },
    { figure: String(line.billedSeconds) },
    { figure: line.exact },
    { figure: line.net },
  ]);
  const beside = (kind: string, description: string, exact: string, net: string): CsvCell[] => [
    ...before,
    kind,
    kind,
    "",
    "",
    description,
    "",
    "",
    invoice.period.from,
    lastDay(invoice.period),
    "",
    "",
    "",
    "",
    { figure: exact },
    { figure: net },
  ];
  lines.push(beside("rounding", "", totals.rounding, "0.00"));
  // Tax that prices include is in the lines already.
  for (const tax of totals.tax) if (!tax.inclusive) lines.push(beside("tax", tax.label, tax.amount, tax.amount));
  return BYTE_ORDER_MARK + [heads, ...lines].map((cells) => csvLine(cells, language)).join("");
}
