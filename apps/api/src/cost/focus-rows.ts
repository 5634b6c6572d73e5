import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { formatMicros, formatTime, micros, timeUs, US_PER_DAY, US_PER_SECOND } from "@tollbook/contracts/units.ts";
import type { CostOfCall, CostOfEvent } from "@tollbook/warehouse/queries/focus.ts";
import type { FocusRow } from "./focus-columns.ts";

/** Rows of a cost export from what is stored: pure, one charge each, exact. */

/** The billing period that a charge is in, and the document that it is on, if any. */
export interface FocusPeriod {
  readonly profile: string;
  readonly profileName: string;
  readonly billingAccount: string;
  readonly from: number;
  readonly to: number;
  /** Null: not issued, or on no invoice. */
  readonly number: string | null;
  /** Empty: on no invoice. */
  readonly invoice: string;
}

export interface FocusNames {
  readonly issuer: string;
  /** Product of a subscription; its id where it is not known any more. */
  readonly product: (subscription: string) => { readonly product: string; readonly name: string };
}

const money = (amountMicros: number): string => formatMicros(micros(amountMicros));
/** FOCUS: UTC, to the second. */
const timeText = (time: number): string => `${formatTime(timeUs(time)).slice(0, 19)}Z`;
const ZERO = "0.00";

function base(period: FocusPeriod, names: FocusNames, currency: string): FocusRow {
  return {
    BillingAccountId: period.profile,
    BillingAccountName: period.profileName,
    BillingAccountType: "Billing Profile",
    BillingCurrency: currency,
    BillingPeriodStart: timeText(period.from),
    BillingPeriodEnd: timeText(period.to),
    ...(period.number === null ? {} : { InvoiceId: period.number }),
    InvoiceIssuerName: names.issuer,
    ProviderName: names.issuer,
    PublisherName: names.issuer,
    ServiceCategory: "Business Applications",
    ServiceSubcategory: "Productivity and Collaboration",
    x_BillingAccount: period.billingAccount,
    x_Invoice: period.invoice,
  };
}

function subAccount(subscription: string, { product }: FocusNames): FocusRow {
  if (subscription === "") return {};
  return {
    SubAccountId: subscription,
    SubAccountName: `${product(subscription).name} (${subscription})`,
    SubAccountType: "Subscription",
  };
}

/** Whole seconds, so that a charge has a length: FOCUS's ends are exclusive. */
function chargePeriod(from: number, to: number): FocusRow {
  const start = Math.floor(from / US_PER_SECOND) * US_PER_SECOND;
  const end = Math.max(Math.ceil(to / US_PER_SECOND) * US_PER_SECOND, start + US_PER_SECOND);
  return { ChargePeriodStart: timeText(start), ChargePeriodEnd: timeText(end) };
}

/** What is not billed by quantity × price costs the same however one looks at it. */
const sameCost = (amountMicros: number): FocusRow => ({
  BilledCost: money(amountMicros),
  EffectiveCost: money(amountMicros),
  ListCost: money(amountMicros),
  ContractedCost: money(amountMicros),
});

const services: readonly (readonly [prefix: string, name: string])[] = [
  ["conf_", "Audio Conferencing"],
  ["ucap_", "Voice Applications"],
  ["unassigned_", "Service Numbers"],
  ["", "Calling"],
];
const serviceOf = (callType: string): string => services.find(([prefix]) => callType.startsWith(prefix))?.[1] ?? "Calling";

/** Minutes as a decimal, to the millionth; the seconds themselves are exact. */
function minutesText(seconds: number): string {
  return money(Math.round((seconds * 1_000_000) / 60)).replace(/\.?0+$/, "");
}

/**
 * One part of a leg. Billed is only overage: what credits pay was billed when they were bought, what a pool pays is in the
 * licence. A leg has no one price per minute (connect fee, time bands), so that it is priced as one call.
 */
export function rowOfCall(call: CostOfCall, period: FocusPeriod, names: FocusNames): FocusRow {
  const { amountMicros, source } = call;
  const sign = call.entry === "reversal" ? -1 : 1;
  const seconds = source === "POOL" && call.seconds === 0 ? call.minutes * 60 : call.seconds;
  const late = call.invoiceLine.startsWith("adjustment");
  const unitPrice = money(sign * amountMicros + 0);
  const subscription = source === "OVERAGE" && call.ref !== "unfunded" ? call.ref : call.subscription;
  const service = serviceOf(call.callType);
  const destination = call.destinationName === "" ? call.destinationCountry : call.destinationName;
  return {
    ...base(period, names, call.currency),
    ...subAccount(subscription, names),
    ...chargePeriod(call.startAt, call.endedAt),
    BilledCost: source === "OVERAGE" ? money(amountMicros) : ZERO,
    EffectiveCost: money(amountMicros),
    ListCost: money(amountMicros),
    ContractedCost: money(amountMicros),
    ChargeCategory: "Usage",
    ...(late ? { ChargeClass: "Correction" } : {}),
    ChargeDescription: `${service}${destination === "" ? "" : `: ${destination}`}, paid by ${source}`,
    ChargeFrequency: "Usage-Based",
    ConsumedQuantity: minutesText(seconds),
    ConsumedUnit: "Minutes",
    PricingCategory: "Standard",
    PricingQuantity: String(sign),
    PricingUnit: "Calls",
    ListUnitPrice: unitPrice,
    ContractedUnitPrice: unitPrice,
    ...(call.usageLocation === "" ? {} : { RegionId: call.usageLocation, RegionName: call.usageLocation }),
    ...(call.user === "" ? {} : { ResourceId: call.user, ResourceName: call.user, ResourceType: "User" }),
    ServiceName: service,
    SkuId: call.capability === "" ? call.callType : call.capability,
    SkuMeter: service,
    SkuPriceId: [call.capability, call.callType, call.destinationCountry, call.destinationName].join("/"),
    ...(call.department === "" ? {} : { Tags: JSON.stringify({ department: call.department }) }),
    x_InvoiceLine: call.invoiceLine,
    x_LineKind: call.invoiceLine.split("|")[0] ?? "",
    x_FundingSource: source,
    x_FundingReference: call.ref,
    x_UsageId: call.usageId,
    x_CallType: call.callType,
    x_User: call.user,
    x_Destination: call.destinationName,
    x_DestinationCountry: call.destinationCountry,
    x_Capability: call.capability,
    x_Entry: call.entry,
    x_Sequence: String(call.outSeq),
  };
}

/** Licences, proration, credits, discounts, settled debt; and what comes later, which costs what it says. */
export function rowOfEvent(event: CostOfEvent, period: FocusPeriod, names: FocusNames): FocusRow {
  const { amountMicros, invoiceLine } = event;
  const kind = invoiceLine === "" ? "credits" : (invoiceLine.split("|")[0] ?? "");
  const common: FocusRow = {
    ...base(period, names, event.currency),
    ...sameCost(amountMicros),
    x_InvoiceLine: invoiceLine,
    x_LineKind: kind,
    x_Sequence: String(event.outSeq),
  };
  const day = Math.floor(event.at / US_PER_DAY) * US_PER_DAY;
  switch (kind) {
    case "licence":
    case "proration":
      return { ...common, ...rowOfLicences(event, kind, names) };
    case "credits":
      return {
        ...common,
        ...chargePeriod(day, day + US_PER_DAY),
        // What they are spent on has the effective cost.
        EffectiveCost: ZERO,
        ChargeCategory: "Purchase",
        ChargeDescription: "Communications Credits",
        ChargeFrequency: "One-Time",
        ServiceName: "Communications Credits",
        ...sku("communications-credits", 1, amountMicros),
        x_FundingReference: event.subject,
      };
    case "discount":
      return {
        ...common,
        ...chargePeriod(period.from, period.to),
        ChargeCategory: "Credit",
        ChargeDescription: textIn(event.data, "description") || "Discount",
        ChargeFrequency: "One-Time",
        ServiceName: "Discounts",
      };
    default:
      return {
        ...common,
        ...chargePeriod(period.from, period.to),
        ChargeCategory: "Adjustment",
        ChargeDescription: textIn(event.data, "description") || kind,
        ChargeFrequency: "One-Time",
        ServiceName: kind === "creditDebt" ? "Communications Credits" : "Calling",
      };
  }
}

function rowOfLicences(event: CostOfEvent, kind: "licence" | "proration", names: FocusNames): FocusRow {
  const {
    from = event.at,
    to = event.at,
    licences = 0,
  } = JSON.parse(event.data) as { from?: number; to?: number; licences?: number };
  const { product, name } = names.product(event.subject);
  return {
    ...subAccount(event.subject, names),
    ...chargePeriod(from, to),
    ChargeCategory: "Purchase",
    ChargeDescription: `${name}: ${licences} licences${kind === "proration" ? ", share of a period" : ""}`,
    ChargeFrequency: kind === "licence" ? "Recurring" : "One-Time",
    ServiceName: name,
    ...licencePrice(product, licences, event.amountMicros),
  };
}

/** Per licence where that is exact, else for all of them together. */
function licencePrice(product: string, licences: number, amountMicros: number): FocusRow {
  if (licences === 0 || amountMicros % licences !== 0) return sku(product, amountMicros < 0 ? -1 : 1, amountMicros);
  return { ...sku(product, licences, amountMicros), PricingUnit: "Licences" };
}

function sku(product: string, quantity: number, amountMicros: number): FocusRow {
  const price = money(amountMicros / quantity);
  return {
    SkuId: product,
    SkuMeter: product,
    SkuPriceId: product,
    PricingCategory: "Standard",
    PricingQuantity: String(quantity),
    PricingUnit: "Purchases",
    ListUnitPrice: price,
    ContractedUnitPrice: price,
  };
}

function textIn(data: string, member: string): string {
  const value = (JSON.parse(data) as Record<string, unknown>)[member];
  return typeof value === "string" ? value : "";
}

/** D25: what is on an issued document beside the rows behind its lines: rounding, tax, and all of a credit note. */
export function rowsOfDocument(invoice: Invoice, period: FocusPeriod, names: FocusNames): FocusRow[] {
  const correction: FocusRow = invoice.refersTo === null ? {} : { ChargeClass: "Correction" };
  const common: FocusRow = {
    ...base(period, names, invoice.currency),
    ...chargePeriod(period.from, period.to),
    ...correction,
    ChargeFrequency: "One-Time",
  };
  const rows: FocusRow[] = [];
  if (invoice.refersTo !== null) {
    for (const line of invoice.lines)
      rows.push({
        ...common,
        ...sameCost(microsOf(line.exact)),
        ChargeCategory: "Adjustment",
        ChargeDescription: `Credit note to ${invoice.refersTo}: ${line.description}`,
        ServiceName: "Credit notes",
        x_LineKind: line.kind,
        x_InvoiceLine: line.line,
      });
  }
  const rounding = microsOf(invoice.totals.rounding);
  if (rounding !== 0)
    rows.push({
      ...common,
      ...sameCost(rounding),
      ChargeCategory: "Adjustment",
      ChargeDescription: "Rounding to the currency's minor unit",
      ServiceName: "Rounding",
      x_LineKind: "rounding",
    });
  for (const tax of invoice.totals.tax)
    rows.push({
      ...common,
      // RT-4: where prices include it, it has been billed with them.
      ...sameCost(tax.inclusive ? 0 : microsOf(tax.amount)),
      ChargeCategory: "Tax",
      ChargeDescription: `${tax.label} ${tax.rateBasisPoints / 100} %${tax.inclusive ? ", included in prices" : ""}`,
      ServiceName: "Tax",
      x_LineKind: "tax",
      x_TaxAmount: tax.amount,
    });
  return rows;
}

/** Exact, from the decimal text of a document. */
function microsOf(text: string): number {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const size = Number(whole) * 1_000_000 + Number(fraction.padEnd(6, "0"));
  return text.startsWith("-") && size !== 0 ? -size : size;
}
