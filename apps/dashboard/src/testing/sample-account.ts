import type { CallExplanation, CallListItem, Ledger, PayAsYouGoPreview, Session, UsageSeries } from "@tollbook/contracts/http.ts";
import type {
  CreditsView,
  LiveCallsView,
  PoolView,
  SubscriptionsView,
  SubscriptionView,
  SummaryView,
} from "@tollbook/contracts/views.ts";

/** A sample organisation as the API would tell it: what the tests' stand-in answers until a test says otherwise. */

export const ACCOUNT = "acme";
/** The stand-in's clock: a Tuesday afternoon. */
export const NOW = "2026-11-24T13:03:07.000000Z";

const asOf = { partition: 3, seq: 48_211, time: NOW };

export const session: Session = {
  person: { email: "admin@acme.test", displayName: "Acme Admin" },
  accounts: [
    { account: ACCOUNT, name: "Acme Trading", roles: ["billingAccountOwner"] },
    { account: "beacon", name: "Beacon Logistics", roles: ["reader"] },
  ],
  csrfToken: "csrf-of-the-stand-in",
};

const domestic: PoolView = {
  pool: "GB/MCOPSTN1",
  capability: "MCOPSTN1",
  description: "Domestic calling plan (1200 domestic minutes)",
  usageLocation: "GB",
  user: null,
  kind: "domestic",
  month: 202611,
  totalMinutes: 12_000,
  usedMinutes: 4_310,
  reservedMinutes: 40,
  availableMinutes: 7_650,
  state: "OPEN",
};
export const pools: readonly PoolView[] = [
  domestic,
  {
    ...domestic,
    pool: "DE/MCOPSTN1",
    usageLocation: "DE",
    usedMinutes: 10_102,
    reservedMinutes: 98,
    availableMinutes: 1_800,
    state: "WARN80",
  },
  {
    ...domestic,
    pool: "DE/MCOPSTN2/international",
    capability: "MCOPSTN2",
    description: "Domestic and international calling plan (600 international minutes)",
    usageLocation: "DE",
    kind: "international",
    totalMinutes: 1_200,
    usedMinutes: 1_200,
    reservedMinutes: 0,
    availableMinutes: 0,
    state: "EXHAUSTED",
  },
];

export const summary: SummaryView = {
  asOf,
  account: ACCOUNT,
  name: "Acme Trading",
  country: "GB",
  currency: "EUR",
  agreement: "MCA",
  frozen: false,
  balance: "1234.5",
  available: "1222.34",
  reserved: "12.16",
  creditMode: "DRAINING",
  activeCalls: 7,
  today: { legs: 412, billableSeconds: 98_765, poolMinutes: 1_204, charged: "38.4821", denied: 3 },
  thisMonth: {
    legs: 9_812,
    billableSeconds: 2_345_678,
    poolMinutes: 31_204,
    charged: "1038.4821",
    credits: "640.12",
    overage: "398.3621",
    unfundedLegs: 2,
    denied: 41,
  },
  pools: [...pools],
};

export const credits: CreditsView = {
  asOf,
  currency: "EUR",
  mode: "PREPAID",
  state: "ACTIVE",
  balance: "1234.5",
  reserved: "12.16",
  available: "1222.34",
  expiringSoon: "34.5",
  spentThisMonth: "640.12",
  autoRecharge: { on: false, trigger: "100.00", recharge: "500.00", status: "IDLE" },
  canBuy: true,
  cannotBuyReason: null,
  lots: [
    {
      lot: "lot-2",
      kind: "topUp",
      amount: "500.00",
      remaining: "34.5",
      purchasedAt: "2025-12-09T09:12:00.000000Z",
      expiresAt: "2026-12-09T23:59:59.999999Z",
      state: "OPEN",
    },
    {
      lot: "lot-3",
      kind: "recharge",
      amount: "1200.00",
      remaining: "1200.00",
      purchasedAt: "2026-10-01T07:00:00.000000Z",
      expiresAt: "2027-10-01T23:59:59.999999Z",
      state: "OPEN",
    },
  ],
};

const plan: SubscriptionView = {
  subscription: "plan-de",
  product: "domestic",
  productName: "Domestic Calling Plan",
  serviceCode: "MCOPSTN1",
  country: "DE",
  state: "Active",
  trial: false,
  term: "P1Y",
  billingFrequency: "monthly",
  licences: 25,
  assigned: 23,
  startedAt: "2026-02-01T00:00:00.000000Z",
  renewsAt: "2027-02-01T00:00:00.000000Z",
  includedMinutes: 1200,
  tags: ["PAY-AS-YOU-GO AVAILABLE"],
  payAsYouGo: "OFF",
  payAsYouGoReason: null,
  overageThisMonth: "12.345",
  currency: "EUR",
  assignedUsers: ["desk-01", "desk-02"],
};
export const subscriptions: SubscriptionsView = {
  asOf,
  subscriptions: [
    plan,
    {
      ...plan,
      subscription: "plan-trial",
      product: "international",
      productName: "Domestic and International Calling Plan",
      serviceCode: "MCOPSTN2",
      trial: true,
      term: "P1M",
      licences: 5,
      assigned: 1,
      renewsAt: null,
      payAsYouGo: "UNAVAILABLE",
      payAsYouGoReason: "A trial has no pay-as-you-go option.",
      overageThisMonth: "0.00",
    },
  ],
};

export const payAsYouGo: PayAsYouGoPreview = {
  subscription: "plan-de",
  state: "OFF",
  reason: null,
  affectedUsers: 23,
  overageThisMonth: "12.345",
  currency: "EUR",
};

export const liveCalls: LiveCallsView = {
  asOf,
  total: 1,
  calls: [
    {
      usageId: "live-1",
      callType: "user_out",
      user: "desk-01",
      to: "+49301234***",
      destination: "Germany",
      startedAt: "2026-11-24T13:02:00.000000Z",
      answeredAt: "2026-11-24T13:02:06.000000Z",
      usedSeconds: 61,
      grantedSeconds: 120,
      reserved: "0.03",
    },
  ],
};

/** Newest first, a minute apart; every outcome and funding source occurs within the first ten. */
export function sampleCalls(count: number): CallListItem[] {
  const fundings = [["POOL"], ["CREDITS"], ["POOL", "OVERAGE"], ["FREE"], ["FREECALL"], ["UNFUNDED"]] as const;
  const newest = Date.parse(NOW) - 60_000;
  return Array.from({ length: count }, (_unused, index): CallListItem => {
    const outcome = index % 10 === 7 ? "denied" : index % 10 === 8 ? "abandoned" : "rated";
    const funding = outcome === "rated" ? [...(fundings[index % fundings.length] ?? [])] : [];
    const seconds = outcome === "rated" ? 61 + index * 7 : 0;
    const inbound = index % 4 === 3;
    const startAt = new Date(newest - index * 60_000);
    return {
      usageId: `leg-${index + 1}`,
      outSeq: 10_000 - index,
      partition: 3,
      callId: `call-${index + 1}`,
      callType: inbound ? "user_in" : "user_out",
      direction: inbound ? "inbound" : "outbound",
      startAt: startAt.toISOString(),
      endedAt: outcome === "rated" ? new Date(startAt.getTime() + seconds * 1000).toISOString() : null,
      durationSeconds: seconds,
      user: `desk-${String((index % 12) + 1).padStart(2, "0")}`,
      userDisplayName: `Desk ${(index % 12) + 1}`,
      from: inbound ? "+4930123****" : "+442079460001",
      to: inbound ? "+442079460001" : "+4930123****",
      destinationCountry: index % 2 === 0 ? "DE" : "DK",
      destinationName: index % 2 === 0 ? "Germany" : "Denmark Mobile",
      destinationContext: index % 2 === 0 ? "International" : "Domestic",
      capability: "MCOPSTN1",
      numberType: "subscriber",
      outcome,
      reason: outcome === "denied" ? "payAsYouGoOff" : null,
      funding,
      poolMinutes: funding.includes("POOL") ? 2 : 0,
      connectFee: "0.00",
      charge: funding.includes("CREDITS") || funding.includes("OVERAGE") ? `${index + 1}.234` : "0.00",
      currency: "EUR",
      version: 1,
    };
  });
}

export const explanation: CallExplanation = {
  call: { ...sampleCalls(3)[2], usageId: "leg-3", charge: "3.234" } as CallListItem,
  sentences: [
    {
      key: "outgoingCall",
      values: {
        callType: "user_out",
        user: "Desk 3",
        from: "+442079460001",
        to: "+4930123****",
        startAt: "2026-11-24T13:00:07.000000Z",
      },
      text: "Outgoing call (user_out) by Desk 3 from +442079460001 to +4930123****, started 2026-11-24T13:00:07.000000Z.",
    },
    {
      key: "connected",
      values: { connectedSeconds: "74.25", billableSeconds: "75" },
      text: "It was connected for 74.25 s, which is 75 billable seconds (each second begun counts).",
    },
    {
      key: "pool",
      values: { minutes: "1", pool: "GB/MCOPSTN1" },
      text: "1 included minutes were taken from the pool GB/MCOPSTN1.",
    },
    {
      key: "overage",
      values: { amount: "3.234", currency: "EUR", subscription: "plan-de" },
      text: "3.234 EUR are overage on the subscription plan-de.",
    },
    // Newer than this dashboard: shown in the API's own words.
    { key: "somethingNewer", values: {}, text: "A sentence this page does not know yet." },
    { key: "total", values: { amount: "3.234", currency: "EUR" }, text: "Charge: 3.234 EUR." },
  ],
  segments: [
    { source: "POOL", ref: "GB/MCOPSTN1", minutes: 1, seconds: 60, amount: "0.00" },
    { source: "OVERAGE", ref: "plan-de", minutes: 1, seconds: 15, amount: "3.234" },
  ],
  postings: [
    { ledger: "pool:GB/MCOPSTN1", unit: "MIN", amount: "-1" },
    { ledger: "overage:plan-de", unit: "EUR", amount: "3.234" },
    { ledger: "usage", unit: "EUR", amount: "-3.234" },
  ],
  versions: [{ version: 1, entry: "charge", outcome: "rated", charge: "3.234", loggedAt: "2026-11-24T13:01:22.000000Z" }],
  proof: { plan: "MCOPSTN1", rate: { prefix: "49", deckName: "standard" } },
  log: { partition: 3, seq: 48_100, index: 0, time: "2026-11-24T13:01:22.000000Z" },
};

export const ledger: Ledger = {
  entries: [
    {
      outSeq: 9_990,
      time: "2026-11-24T12:55:00.000000Z",
      kind: "call",
      amount: "-0.045",
      balance: "1234.5",
      currency: "EUR",
      usageId: "leg-2",
      detail: "",
    },
    {
      outSeq: 9_100,
      time: "2026-10-01T07:00:00.000000Z",
      kind: "command.payment.result",
      amount: "1200.00",
      balance: "1234.545",
      currency: "EUR",
      usageId: null,
      detail: "",
    },
  ],
  next: null,
  dataUntil: NOW,
};

export function usageSeries(bucket: "hour" | "day"): UsageSeries {
  const step = bucket === "hour" ? 3_600_000 : 86_400_000;
  const last = Math.floor(Date.parse(NOW) / step) * step;
  return {
    bucket,
    currency: "EUR",
    points: Array.from({ length: 7 }, (_unused, index) => ({
      time: new Date(last - (6 - index) * step).toISOString(),
      calls: 40 + index * 11,
      billableSeconds: 9_000 + index * 1_234,
      poolMinutes: 120 + index,
      charge: `${12 + index}.345`,
      denied: index % 3,
    })),
    dataUntil: NOW,
  };
}
