import type { UnreachableAction } from "@tollbook/contracts/answers.ts";
import type { SelfServiceValue } from "@tollbook/contracts/command/product.ts";
import type { AccountId, Country, Currency } from "@tollbook/contracts/units.ts";
import { createBillingAccount, createBillingProfile, MAIN } from "../billing/billing-account.ts";
import type { BillingAccount, BillingProfile } from "../billing/billing-account.ts";
import type { Draft } from "../billing/draft.ts";
import type { IssuedInvoice } from "../billing/issued.ts";
import type { PaymentMethod } from "../billing/payment-method.ts";
import type { Payment } from "../billing/payment.ts";
import type { Budget } from "../budget/budget.ts";
import { DEFAULT_DIAL_OUT_POLICY } from "../catalogue/dial-out-policies.ts";
import type { RememberedCommand } from "../command/remembered.ts";
import { createCounters } from "../counters.ts";
import type { Counters } from "../counters.ts";
import { createCredits } from "../credits/credits.ts";
import type { Credits } from "../credits/credits.ts";
import type { FraudRules } from "../fraud/velocity.ts";
import { startHistory } from "../history.ts";
import type { History } from "../history.ts";
import type { Leg } from "../leg/leg.ts";
import type { Clock } from "./clock.ts";
import type { MonthZone } from "./pool-month.ts";
import type { PhoneNumber } from "../numbers/phone-number.ts";
import type { Pool } from "../pool/pool.ts";
import type { Subscription } from "../subscription/subscription.ts";
import type { User } from "./user.ts";

export type Agreement = "MOSA" | "MPSA" | "MCA" | "EA";

/** What the organisation has set; kept as a dated history (D2). Never changed in place. */
export interface AccountSettings {
  readonly agreement: Agreement;
  readonly atZero: "complete" | "cut";
  readonly cutoff: "complete" | "disconnect";
  readonly overdraftCapMicros: number;
  readonly unfundedAs: "UNFUNDED" | "OVERAGE";
  /** Null: by kind of call (domain §12.29). */
  readonly onUnreachable: UnreachableAction | null;
  readonly maxUnsupervisedSeconds: number | null;
  readonly allowPremium: boolean;
  readonly dialOutPolicy: string;
  readonly allowTollFree: boolean;
  /** A goodwill credit above it needs a second person. */
  readonly goodwillLimitMicros: number;
  /** §10 [R]: reports name nobody. */
  readonly pseudonymiseUsers: boolean;
  /** Edge 30; null: off. */
  readonly fraudRules: FraudRules | null;
  readonly blocked: boolean;
}

/** D21: a floor of −50.00 unless set otherwise. */
export const DEFAULT_OVERDRAFT_CAP_MICROS = 50_000_000;

/** CC-7 [R]: goodwill is audited; from this on two people decide. */
export const DEFAULT_GOODWILL_LIMIT_MICROS = 100_000_000;

/** A goodwill credit that waits for a second person. */
export interface GoodwillProposal {
  readonly amountMicros: number;
  readonly reason: string;
  readonly by: string;
}

/** One organisation: the unit of isolation. Everything in it survives `encodeState`. */
export interface Account {
  readonly id: AccountId;
  readonly name: string;
  readonly country: Country;
  currency: Currency;
  /** CP-10: of the pool month. */
  zones: History<MonthZone>;
  readonly createdAt: number;
  /** Null: it lives in the log's time. */
  readonly clock: Clock | null;
  /** Why it is frozen; empty when it is not. */
  frozen: string;
  readonly settings: History<AccountSettings>;
  readonly users: Map<string, User>;
  /** E.164 number, digits only, to user id. */
  readonly numbers: Map<string, string>;
  readonly subscriptions: Map<string, Subscription>;
  /** SS-9, by product; a product that is not in it is `Enabled`. */
  readonly selfServicePolicies: Map<string, SelfServiceValue>;
  /** Numbers acquired or brought along, and reservations (CP-14), by E.164 digits. */
  readonly phoneNumbers: Map<string, PhoneNumber>;
  readonly pools: Map<string, Pool>;
  readonly credits: Credits;
  /** Legs not closed yet, by usage id. */
  readonly legs: Map<string, Leg>;
  /** Occurrences that the late lane was asked about, with the position of the question. */
  readonly asked: Map<string, number>;
  readonly counters: Counters;
  readonly commands: Map<string, RememberedCommand>;
  readonly billingAccounts: Map<string, BillingAccount>;
  readonly billingProfiles: Map<string, BillingProfile>;
  readonly paymentMethods: Map<string, PaymentMethod>;
  readonly payments: Map<string, Payment>;
  nextPayment: number;
  readonly goodwillProposals: Map<string, GoodwillProposal>;
  readonly budgets: Map<string, Budget>;
  /** Invoices that are not issued yet, and those that are. */
  readonly drafts: Map<string, Draft>;
  readonly invoices: Map<string, IssuedInvoice>;
}

export interface AccountFacts {
  readonly id: AccountId;
  readonly name: string;
  readonly country: Country;
  readonly currency: Currency;
  readonly timeZone: string;
  readonly agreement: Agreement;
  readonly clock: Clock | null;
}

/** `now` is the account's own time. */
export function createAccount(facts: AccountFacts, now: number): Account {
  return {
    id: facts.id,
    name: facts.name,
    country: facts.country,
    currency: facts.currency,
    zones: startHistory<MonthZone>(0, { zone: facts.timeZone, firstMonth: 0 }),
    createdAt: now,
    clock: facts.clock,
    frozen: "",
    settings: startHistory<AccountSettings>(now, {
      agreement: facts.agreement,
      atZero: "complete",
      cutoff: "complete",
      overdraftCapMicros: DEFAULT_OVERDRAFT_CAP_MICROS,
      unfundedAs: "UNFUNDED",
      onUnreachable: null,
      maxUnsupervisedSeconds: null,
      allowPremium: false,
      dialOutPolicy: DEFAULT_DIAL_OUT_POLICY,
      allowTollFree: true,
      goodwillLimitMicros: DEFAULT_GOODWILL_LIMIT_MICROS,
      pseudonymiseUsers: false,
      fraudRules: null,
      blocked: false,
    }),
    users: new Map(),
    numbers: new Map(),
    subscriptions: new Map(),
    selfServicePolicies: new Map(),
    phoneNumbers: new Map(),
    pools: new Map(),
    credits: createCredits(),
    legs: new Map(),
    asked: new Map(),
    counters: createCounters(),
    commands: new Map(),
    billingAccounts: new Map([[MAIN, createBillingAccount(MAIN, facts.name)]]),
    billingProfiles: new Map([[MAIN, createBillingProfile(MAIN, MAIN, facts.name)]]),
    paymentMethods: new Map(),
    payments: new Map(),
    nextPayment: 1,
    goodwillProposals: new Map(),
    budgets: new Map(),
    drafts: new Map(),
    invoices: new Map(),
  };
}

/**
 * When settings are looked up for a leg (D2): at its start. A leg older than the account has no snapshot of its own (an
 * import of old records), so the settings as they stand now are used.
 */
export function snapshotTime(account: Account, startAt: number, now: number): number {
  return startAt < account.createdAt ? now : startAt;
}
