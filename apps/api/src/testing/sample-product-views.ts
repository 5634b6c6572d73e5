import type {
  CatalogueView,
  NumbersView,
  OrderReview,
  SelfServiceView,
  SubscriptionDetails,
  WhyView,
} from "@tollbook/contracts/product-views.ts";

interface SampleProductViews {
  readonly subscription: SubscriptionDetails;
  readonly catalogue: CatalogueView;
  readonly orderReview: OrderReview;
  readonly selfService: SelfServiceView;
  readonly numbers: NumbersView;
  readonly why: WhyView;
}

/** One body of every view about products. */
export function sampleProductViews(asOf: { partition: number; seq: number; time: string }): SampleProductViews {
  const { time } = asOf;
  return {
    subscription: {
      asOf,
      subscription: "plan-1",
      billingProfile: "main",
      buyer: null,
      channel: "direct",
      unitPrice: "12.00",
      currency: "EUR",
      recurring: true,
      termFrom: time,
      termEndsAt: time,
      chargedUntil: time,
      stageEndsAt: null,
      nextStage: null,
      licencesFixed: null,
      renewalTotal: null,
      overAssigned: [],
      cancellation: { effect: "atOnce", credited: "0.00" },
      cancelled: null,
      suspendedFor: null,
      orders: [],
    },
    catalogue: { asOf, country: "DE", currency: "EUR", agreement: "MCA", families: [] },
    orderReview: {
      asOf,
      hindrance: null,
      product: "domestic",
      productName: "Domestic Calling Plan",
      licences: 1,
      term: "P1Y",
      billingFrequency: "monthly",
      trial: false,
      country: "DE",
      billingProfile: "main",
      currency: "EUR",
      unitPrice: "12.00",
      priceSource: "agreed",
      chargedNow: { amount: "12.00", from: time, to: time },
      nextCharge: null,
      termEndsAt: time,
      renews: true,
      tax: { label: "", percent: "0", inclusive: false, amount: "0.00", note: "" },
      next: ["enablePayAsYouGo"],
    },
    selfService: { asOf, products: [], policies: [] },
    numbers: {
      asOf,
      quotas: [],
      resourceAccounts: { quota: 25, used: 0, left: 25 },
      total: 0,
      numbers: [],
      next: null,
    },
    why: {
      asOf,
      user: "ada",
      to: "+4930901820",
      callType: "user_out",
      decision: "allow",
      reason: "ok",
      checks: [],
      usageLocation: "DE",
      dialOutPolicy: "DialoutCPCandPSTNInternational",
      destination: { country: "DE", name: "Germany", context: "Domestic" },
      plan: null,
      pool: null,
      coupledPool: null,
      credits: { mayUse: true, balance: "24.94", available: "24.92" },
      payAsYouGo: { exists: true, on: false, subscription: null },
      spend: { limit: null, spent: "0.00" },
      currency: "EUR",
      pricePerMinute: null,
      connectFee: null,
      funding: [],
    },
  };
}
