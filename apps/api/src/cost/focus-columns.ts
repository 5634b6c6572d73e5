/**
 * FOCUS 1.2 (FinOps Open Cost and Usage Specification): its columns that apply here, under their own names and in the order in
 * which the file has them. `x_…` are ours, as the specification wants custom columns to be called.
 */
export const focusColumns = [
  "BilledCost",
  "BillingAccountId",
  "BillingAccountName",
  "BillingAccountType",
  "BillingCurrency",
  "BillingPeriodEnd",
  "BillingPeriodStart",
  "ChargeCategory",
  "ChargeClass",
  "ChargeDescription",
  "ChargeFrequency",
  "ChargePeriodEnd",
  "ChargePeriodStart",
  "ConsumedQuantity",
  "ConsumedUnit",
  "ContractedCost",
  "ContractedUnitPrice",
  "EffectiveCost",
  "InvoiceId",
  "InvoiceIssuerName",
  "ListCost",
  "ListUnitPrice",
  "PricingCategory",
  "PricingQuantity",
  "PricingUnit",
  "ProviderName",
  "PublisherName",
  "RegionId",
  "RegionName",
  "ResourceId",
  "ResourceName",
  "ResourceType",
  "ServiceCategory",
  "ServiceName",
  "ServiceSubcategory",
  "SkuId",
  "SkuMeter",
  "SkuPriceId",
  "SubAccountId",
  "SubAccountName",
  "SubAccountType",
  "Tags",
] as const;

export const ownColumns = [
  /** The legal entity; FOCUS's billing account is our billing profile, which is what an invoice is made out for. */
  "x_BillingAccount",
  /** Our id of the invoice, also while it is a draft and has no number. */
  "x_Invoice",
  "x_InvoiceLine",
  "x_LineKind",
  /** Who paid: POOL, CREDITS, OVERAGE, FREE, FREECALL, UNFUNDED. */
  "x_FundingSource",
  "x_FundingReference",
  "x_UsageId",
  "x_CallType",
  "x_User",
  "x_Destination",
  "x_DestinationCountry",
  "x_Capability",
  /** original, reversal or replacement. */
  "x_Entry",
  /** Place in the log of results: with the account, unique for what comes from one row. */
  "x_Sequence",
  /** Of a tax row, also where prices include it and BilledCost is 0. */
  "x_TaxAmount",
] as const;

export type FocusColumn = (typeof focusColumns)[number] | (typeof ownColumns)[number];
/** A missing member is null. */
export type FocusRow = Readonly<Partial<Record<FocusColumn, string>>>;

/** Numbers, which a spreadsheet must not take for text. */
export const figureColumns: ReadonlySet<FocusColumn> = new Set<FocusColumn>([
  "BilledCost",
  "ConsumedQuantity",
  "ContractedCost",
  "ContractedUnitPrice",
  "EffectiveCost",
  "ListCost",
  "ListUnitPrice",
  "PricingQuantity",
  "x_Sequence",
  "x_TaxAmount",
]);
