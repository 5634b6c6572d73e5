import { parseMicros, micros, timeUs } from "@tollbook/contracts/units.ts";
import type { DraftLine } from "@tollbook/domain/billing/draft.ts";
import type { CostOfCall, CostOfEvent } from "@tollbook/warehouse/queries/focus.ts";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { exampleDocument, exampleLine, january } from "../testing/example-invoices.ts";
import type { FocusRow } from "./focus-columns.ts";
import { rowOfCall, rowOfEvent, rowsOfDocument, type FocusNames, type FocusPeriod } from "./focus-rows.ts";

const names: FocusNames = { issuer: "Seller", product: (id) => ({ product: `product-of-${id}`, name: `Product of ${id}` }) };
const period: FocusPeriod = {
  profile: "main",
  profileName: "Acme",
  billingAccount: "main",
  ...january,
  number: "MAIN-000042",
  invoice: "main/2026-01-01",
};

function eventOf(line: DraftLine, more: Partial<CostOfEvent> = {}): CostOfEvent {
  const data = JSON.stringify({ licences: line.quantity, from: line.from, to: line.to, description: line.description });
  const { amountMicros } = line;
  return {
    outSeq: 7,
    at: timeUs(january.from + 5),
    type: `charge.${line.kind}`,
    subject: line.subscription,
    amountMicros: micros(amountMicros),
    invoice: period.invoice,
    invoiceLine: line.line,
    currency: "EUR",
    data,
    ...more,
  };
}

function callOf(more: Partial<CostOfCall>): CostOfCall {
  return {
    outSeq: 9,
    usageId: "leg-1",
    entry: "original",
    source: "OVERAGE",
    ref: "plan-1",
    minutes: 0,
    seconds: 90,
    amountMicros: micros(48_000),
    invoice: period.invoice,
    invoiceLine: "overage|plan-1|calling|FR|France",
    startAt: timeUs(january.from + 250_000),
    endedAt: timeUs(january.from + 90_250_000),
    callType: "user_out",
    capability: "MCOPSTN5",
    subscription: "plan-1",
    user: "ada",
    department: "Sales",
    usageLocation: "DE",
    destinationCountry: "FR",
    destinationName: "France",
    currency: "EUR",
    ...more,
  };
}

const billed = (rows: readonly FocusRow[]): number =>
  rows.reduce((sum, row) => sum + (parseMicros(row.BilledCost ?? "") ?? NaN), 0);

it("D25: whatever is on an invoice, its rows come to its total: rounding and tax are rows, included tax is not counted twice", () => {
  const line = fc.record({
    kind: fc.constantFrom("licence", "proration", "overage", "adjustment", "credits", "discount", "creditDebt" as const),
    amount: fc.integer({ min: -50_000_000, max: 500_000_000 }),
    quantity: fc.integer({ min: -9, max: 9 }),
  });
  const tax = fc.option(
    fc.record({ label: fc.constant("VAT"), rateBasisPoints: fc.constantFrom(0, 825, 1900), inclusive: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), tax, (drawn, taxed) => {
      const lines = drawn.map(({ kind, amount, quantity }, index) =>
        exampleLine(amount, { kind, quantity, line: `${kind}|plan-1|${index}` }),
      );
      const invoice = exampleDocument(lines, { tax: taxed });
      const rows = lines.map((one) =>
        one.kind === "overage" || one.kind === "adjustment"
          ? rowOfCall(callOf({ amountMicros: micros(one.amountMicros), invoiceLine: one.line }), period, names)
          : rowOfEvent(eventOf(one), period, names),
      );
      expect(billed([...rows, ...rowsOfDocument(invoice, period, names)])).toBe(parseMicros(invoice.totals.total));
    }),
  );
});

it("RT-4: a tax that prices include is a row of 0 that says how much it is", () => {
  const invoice = exampleDocument([exampleLine(108_250_000)], {
    tax: { label: "Sales tax", rateBasisPoints: 825, inclusive: true },
  });
  expect(rowsOfDocument(invoice, period, names)).toMatchObject([
    { ChargeCategory: "Tax", BilledCost: "0.00", x_TaxAmount: "8.25", ChargeDescription: "Sales tax 8.25 %, included in prices" },
  ]);
});

it("a call is usage of one call; a reversal takes exactly that back; a late one corrects an earlier period", () => {
  const row = rowOfCall(callOf({}), period, names);
  expect(row).toMatchObject({
    ChargeCategory: "Usage",
    ChargeFrequency: "Usage-Based",
    BilledCost: "0.048",
    ConsumedQuantity: "1.5",
    ConsumedUnit: "Minutes",
    PricingQuantity: "1",
    ListUnitPrice: "0.048",
    SubAccountId: "plan-1",
    RegionId: "DE",
    Tags: '{"department":"Sales"}',
    // Whole seconds around 00:00:00.25 to 00:01:30.25.
    ChargePeriodStart: "2026-01-01T00:00:00Z",
    ChargePeriodEnd: "2026-01-01T00:01:31Z",
    BillingPeriodStart: "2026-01-01T00:00:00Z",
    BillingPeriodEnd: "2026-02-01T00:00:00Z",
  });
  expect(row.ChargeClass).toBeUndefined();
  const back = rowOfCall(callOf({ entry: "reversal", amountMicros: micros(-48_000), seconds: -90 }), period, names);
  expect(back).toMatchObject({ BilledCost: "-0.048", PricingQuantity: "-1", ListUnitPrice: "0.048", ConsumedQuantity: "-1.5" });
  expect(rowOfCall(callOf({ invoiceLine: "adjustment|202512|plan-1" }), period, names).ChargeClass).toBe("Correction");
});

it("credits: billed when they are bought, also by card and on no invoice; effective when they are used", () => {
  const bought = rowOfEvent(
    eventOf(exampleLine(50_000_000), { type: "command.payment.result", invoice: "", invoiceLine: "", subject: "lot-1" }),
    { ...period, number: null, invoice: "" },
    names,
  );
  expect(bought).toMatchObject({
    ChargeCategory: "Purchase",
    ChargeFrequency: "One-Time",
    BilledCost: "50.00",
    EffectiveCost: "0.00",
  });
  expect(bought.InvoiceId).toBeUndefined();
  const used = rowOfCall(callOf({ source: "CREDITS", ref: "lot-1" }), period, names);
  expect(used).toMatchObject({ BilledCost: "0.00", EffectiveCost: "0.048", SubAccountId: "plan-1", x_FundingReference: "lot-1" });
  const pooled = rowOfCall(
    callOf({ source: "POOL", ref: "DE/MCOPSTN5", minutes: 2, seconds: 0, amountMicros: micros(0) }),
    period,
    names,
  );
  expect(pooled).toMatchObject({ BilledCost: "0.00", EffectiveCost: "0.00", ConsumedQuantity: "2" });
});

it("licences are a recurring purchase at the price of one where that is exact, else of all of them", () => {
  const licences = rowOfEvent(eventOf(exampleLine(24_000_000, { quantity: 3, line: "licence|phones|1" })), period, names);
  expect(licences).toMatchObject({
    ChargeCategory: "Purchase",
    ChargeFrequency: "Recurring",
    PricingQuantity: "3",
    PricingUnit: "Licences",
    ListUnitPrice: "8.00",
    SkuId: "product-of-phones",
    SubAccountName: "Product of phones (phones)",
  });
  const share = rowOfEvent(
    eventOf(exampleLine(-5_161_290, { kind: "proration", quantity: -4, line: "proration|phones|1" })),
    period,
    names,
  );
  expect(share).toMatchObject({
    ChargeFrequency: "One-Time",
    PricingQuantity: "-1",
    ListUnitPrice: "5.16129",
    BilledCost: "-5.16129",
  });
});
