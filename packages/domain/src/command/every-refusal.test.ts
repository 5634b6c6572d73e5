import { describe, expect, it } from "vitest";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import { refusalCodes } from "@tollbook/contracts/codes.ts";
import type { RefusalCode } from "@tollbook/contracts/codes.ts";
import { commandData } from "@tollbook/contracts/commands.ts";
import type { CommandType } from "@tollbook/contracts/commands.ts";
import type { LogEntry, Output } from "../fold.ts";
import { encodeAccount } from "../snapshot/state-codec.ts";
import { hashState } from "../state.ts";
import {
  after,
  bySelf,
  called,
  calling,
  card,
  closed,
  frozen,
  holding,
  home,
  invoice,
  invoiced,
  members,
  own,
  plan,
  refusal,
  unpaid,
} from "../testing/refusal-worlds.ts";
import type { RefusedCommand } from "../testing/refusal-worlds.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";
import type { TestFold } from "../testing/test-fold.ts";

/** F4: a refusal is a value, has a documented code, names the field or the limit, and changes nothing. */

/** Not of the fold; who answers it, and where that is tested. */
const notOfTheFold = {
  lastOwner: "roles are in the directory, not in the log: apps/api/src/members/members.test.ts",
} as const satisfies Partial<Record<RefusalCode, string>>;

const numbers = Array.from({ length: 13 }, (_, at) => `+49309018200${String(at).padStart(2, "0")}`);
const [number = ""] = numbers;
const many = Array.from({ length: 21 }, (_, at) => `u${at + 1}`);
const port = after("number.port", { kind: "user", numbers: [number] });
const people = { country: "DE", currency: "EUR", agreement: "MCA" } as const;
const hash = "0".repeat(64);
const reason = "test";
const newAccount = { account: "other", remembered: false } as const;
const amended = { answeredAt: "2026-03-02T15:59:00Z", endedAt: "2026-03-02T16:00:00Z" } as const;
const voided = ({ fold }: { fold: TestFold }): void => void fold.command("acme", "call.void", { usageId: "x", reason });
const rerate = { usageId: "x", version: 1, job: "j", deckId: "stored", expected: "0" } as const;
/** A call `y` took all the credits, then the currency changed. */
const inEuro = ({ call, org }: CorrectionsWorld): void => {
  org.command("credits.goodwill", { amount: "0.016", reason });
  call("y", 60, { to: "+33140205050" });
  org.command("account.currency", { currency: "EUR" });
};
/** A call `before` took the included minutes, a call `y` the credits, so long ago that the pool's month has been let go of. */
const longAgo = ({ call, fold, org }: CorrectionsWorld): void => {
  org.command("account.settings", { atZero: "cut" });
  org.command("credits.goodwill", { amount: "0.015", reason });
  fold.at("2026-03-02T20:00:00Z");
  call("before", 119 * 60);
  call("y", 60);
  for (let month = 3; month < 19; month++) {
    fold.at(`${2026 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-02T12:00:00Z`).tick();
    call(`m${month}`, 60);
  }
  fold.now += 3_600_000_000;
  fold.tick();
  // The memory of ids learns from the stored rows; it does so for a question that changes nothing, too.
  for (const usageId of ["x", "y"]) fold.command("acme", "call.amend", { usageId, changes: { user: "u1" }, reason });
};
const budget = { name: "b", amount: "1", period: "monthly" } as const;

/** A new code without a case does not compile. */
const cases: Readonly<Record<Exclude<RefusalCode, keyof typeof notOfTheFold>, readonly RefusedCommand[]>> = {
  invalidCommand: [
    refusal("a zone that is none", home(), "account.create", { name: "x", ...people, timeZone: "Mars/Base" }, newAccount),
    refusal("a zone that is none (CP-10)", home(), "account.settings", { timeZone: "Mars/Base" }),
    refusal("a profile's zone that is none", home(), "billingProfile.set", { profile: "p", timeZone: "Mars/Base" }),
    refusal("a subscription of that name", home(), "subscription.buy", plan),
    refusal("annual billing of a month (PG-3)", home(), "subscription.buy", {
      ...plan,
      subscription: "s",
      term: "P1M",
      billingFrequency: "annual",
    }),
    refusal("a price of his own (SS-1)", members(), "subscription.buy", { ...own, unitPrice: "0.01" }, { by: "ada" }),
    refusal("no licence at the renewal (SB-1)", home(), "licence.setTotal", { subscription: "d", total: 0, atRenewal: true }),
    refusal("another product (SS-8)", members(bySelf), "selfService.takeOver", { subscription: "own", to: "d" }),
    refusal("an organisation's spend limit (SL-1)", home(), "policy.set", { spendLimit: "5" }),
    refusal(
      "a reservation's name twice (CP-14)",
      home(after("number.reserve", { order: "o", kind: "user", numbers: [number] })),
      "number.reserve",
      { order: "o", kind: "user", numbers: numbers.slice(1, 2) },
    ),
    refusal("a card's name twice", home(after("paymentMethod.add", card)), "paymentMethod.add", card),
    refusal("a card by itself (PM-2)", home(after("paymentMethod.add", card)), "paymentMethod.replace", {
      method: "card",
      by: "card",
    }),
    refusal("a quick budget of a quarter (CM-4)", home(), "budget.set", {
      ...budget,
      budget: "b",
      quick: true,
      period: "quarterly",
    }),
    refusal("licences by destination (CM-6)", home(), "budget.set", {
      ...budget,
      budget: "b",
      charges: "all",
      filter: { destinationCountry: ["DE"] },
    }),
  ],
  unknownAccount: [
    refusal(
      "any command",
      home(),
      "account.block",
      { blocked: true },
      { account: "nobody", remembered: false, says: /^account: nobody$/ },
    ),
  ],
  accountExists: [refusal("the same again", home(), "account.create", { name: "x", ...people }, { says: /^account: acme$/ })],
  accountFrozen: [
    refusal("any command", frozen, "account.block", { blocked: false }, { remembered: false, says: /asked to fail here/ }),
  ],
  idempotencyMismatch: [
    refusal(
      "another command under a key",
      home(({ fold }) => void fold.command("acme", "account.block", { blocked: true }, "key")),
      "account.block",
      { blocked: false },
      { commandId: "key", remembered: false, says: /^the key was used/ },
    ),
  ],
  forbidden: [refusal("for somebody else (SS-1)", members(), "subscription.buy", own, { by: "ben" })],
  unknownUser: [
    refusal("blocking", home(), "user.block", { user: "nobody", blocked: true }),
    refusal("removing", home(), "user.remove", { user: "nobody" }),
    refusal("a policy", home(), "policy.set", { user: "nobody", allowTollFree: true }),
    refusal("a licence", home(), "licence.assign", { subscription: "d", users: ["u1", "nobody"] }),
    refusal("a licence back", home(), "licence.unassign", { subscription: "d", users: ["nobody"] }),
    refusal("a number (NM-1)", home(port), "number.assign", { number, to: "user", user: "nobody" }),
    refusal("a buyer (SS-1)", members(), "subscription.buy", { ...own, buyer: "guest" }, { by: "guest" }),
  ],
  unknownSubscription: [
    ...(
      [
        "subscription.setRecurring",
        "subscription.reactivate",
        "subscription.delete",
        "subscription.creditChecked",
        "trial.convert",
        "payAsYouGo.set",
      ] as const
    ).map((type) => refusal(type, home(), type, { subscription: "none", on: true })),
    refusal("licences", home(), "licence.setTotal", { subscription: "none", total: 5 }),
    refusal("a state", home(), "subscription.setState", { subscription: "none", state: "Expired" }),
    refusal("a take-over (SS-8)", members(bySelf), "selfService.takeOver", { subscription: "own", to: "none" }),
    refusal("a cancellation (SS-8)", home(), "selfService.cancel", { subscription: "none", reason: "other" }),
  ],
  unknownProduct: [
    refusal("buying", home(), "subscription.buy", { ...plan, subscription: "s", product: "fax" }),
    refusal("a policy (SS-9)", home(), "selfService.setPolicy", { product: "fax", value: "Disabled" }),
  ],
  productNotAvailable: [
    refusal("zone 1 in Germany (CP-5)", home(), "subscription.buy", {
      ...plan,
      subscription: "s",
      product: "calling-plan-payg-zone-1",
      country: "DE",
    }),
    refusal(
      "a user in Brazil (CP-3)",
      home(after("user.set", { user: "u1", displayName: "u1", usageLocation: "BR" })),
      "licence.assign",
      { subscription: "d", users: ["u1"] },
    ),
  ],
  subscriptionNotActive: [
    ...(["licence.setTotal", "licence.assign", "subscription.setRecurring", "subscription.cancel"] as const).map((type) =>
      refusal(type, home(after("subscription.setState", { subscription: "d", state: "Disabled" })), type, {
        subscription: "d",
        total: 3,
        users: ["u1"],
        on: true,
        reason: "other",
      }),
    ),
    ...(["subscription.delete", "subscription.setState"] as const).map((type) =>
      refusal(type, home(after("subscription.delete", { subscription: "d" })), type, { subscription: "d", state: "Active" }),
    ),
  ],
  licencesBelowAssigned: [
    refusal("one for two holders (SS-3)", home(holding), "licence.setTotal", { subscription: "d", total: 1 }),
  ],
  licencesFixed: [
    refusal("a trial (SB-3)", home(after("subscription.buy", { ...plan, subscription: "t", trial: true })), "licence.setTotal", {
      subscription: "t",
      total: 3,
    }),
  ],
  noFreeLicence: [
    refusal("the third of two (SS-4)", home(holding), "licence.assign", { subscription: "d", users: ["u4"] }),
    refusal("the whole list or nobody (SS-4)", home(), "licence.assign", { subscription: "d", users: ["u1", "u3", "u4"] }),
  ],
  alreadyAssigned: [refusal("twice", home(holding), "licence.assign", { subscription: "d", users: ["u1"] })],
  notAssigned: [refusal("back", home(), "licence.unassign", { subscription: "d", users: ["u1"] })],
  secondCallingPlan: [
    refusal("a second (D17)", home(holding, after("subscription.buy", { ...plan, subscription: "e" })), "licence.assign", {
      subscription: "e",
      users: ["u1"],
    }),
  ],
  missingPrerequisite: [
    refusal("a plan without a phone system (CP-2)", home(), "licence.assign", { subscription: "d", users: ["u1", "u2"] }),
  ],
  tooManyUsers: [refusal("21 at once (SS-4)", home(), "licence.assign", { subscription: "d", users: many })],
  trialNotOffered: [
    refusal("a product that cannot be tried (SB-3)", home(), "subscription.buy", {
      ...plan,
      subscription: "t",
      product: "calling-plan-payg-zone-2",
      trial: true,
    }),
    refusal(
      "the second (SB-3)",
      home(after("subscription.buy", { ...plan, subscription: "t", trial: true })),
      "subscription.buy",
      { ...plan, subscription: "t2", trial: true },
    ),
  ],
  notATrial: [refusal("what is paid (SB-3)", home(), "trial.convert", { subscription: "d" })],
  notReactivatable: [refusal("what is Active (§7.3)", home(), "subscription.reactivate", { subscription: "d" })],
  invoiceUnpaid: [refusal("what is Disabled for it (PM-3)", unpaid, "subscription.reactivate", { subscription: "s" })],
  tooManyLicencesToCancel: (["subscription.cancel", "subscription.delete"] as const).map((type) =>
    refusal(`${type} of 26 (SB-2)`, home(after("licence.setTotal", { subscription: "d", total: 26 })), type, {
      subscription: "d",
      reason: "other",
    }),
  ) as [RefusedCommand, ...RefusedCommand[]],
  selfServiceNotOffered: [
    refusal("buying (SS-1)", members(), "subscription.buy", { ...own, product: "calling-plan-payg-zone-2" }, { by: "ada" }),
    refusal("a policy (SS-9)", home(), "selfService.setPolicy", { product: "calling-plan-payg-zone-2", value: "Disabled" }),
  ],
  selfServiceDisabled: [
    refusal(
      "a purchase (SS-9)",
      members(after("selfService.setPolicy", { product: own.product, value: "Disabled" })),
      "subscription.buy",
      own,
      { by: "ada" },
    ),
    refusal(
      "a trial with a card (SS-9)",
      members(after("selfService.setPolicy", { product: own.product, value: "OnlyTrialsWithoutPaymentMethod" })),
      "subscription.buy",
      { ...own, trial: true },
      { by: "ada" },
    ),
  ],
  selfServiceOwned: [refusal("the organisation (SS-8)", members(bySelf), "licence.setTotal", { subscription: "own", total: 2 })],
  notSelfService: [refusal("its own (SS-8)", home(), "selfService.cancel", { subscription: "d", reason: "other" })],
  paymentMethodNeeded: [
    refusal("without a card (SS-1)", members(), "subscription.buy", { ...own, paymentMethod: undefined }, { by: "ada" }),
  ],
  quotaExceeded: [
    refusal("13 numbers, two plans allow 12 (CP-14)", home(), "number.reserve", { order: "o", kind: "user", numbers }),
    refusal(
      "26 resource accounts (RA-1)",
      home(),
      "subscription.buy",
      { ...plan, subscription: "r", product: "resource-account", licences: 26 },
      { says: /^25 more .* \(RA-1\)$/ },
    ),
  ],
  unknownNumber: [
    refusal("back", home(), "number.release", { numbers }),
    refusal("to somebody", home(), "number.assign", { number, to: "user", user: "u1" }),
    refusal("from nobody", home(), "number.unassign", { number }),
    refusal("no reservation (CP-14)", home(), "number.order", { order: "none" }),
  ],
  numberTaken: [refusal("twice", home(port), "number.reserve", { order: "o", kind: "user", numbers: [number] })],
  numberInUse: [
    refusal("back", home(port, after("number.assign", { number, to: "user", user: "u1" })), "number.release", {
      numbers: [number],
    }),
    refusal("twice", home(port, after("number.assign", { number, to: "user", user: "u1" })), "number.assign", {
      number,
      to: "user",
      user: "u2",
    }),
  ],
  numberNotSuited: [
    refusal("a user's number for conferences (NM-1)", home(port), "number.assign", { number, to: "conferencing" }),
  ],
  reservationLapsed: [
    refusal(
      "a microsecond after ten minutes (CP-14)",
      home(after("number.reserve", { order: "o", kind: "user", numbers: [number] }), ({ fold }) => {
        fold.now += 600_000_001;
      }),
      "number.order",
      { order: "o" },
    ),
  ],
  creditsNeeded: [refusal("toll-free numbers (NM-1)", home(), "number.port", { kind: "tollFree", numbers })],
  payAsYouGoUnavailable: [
    refusal("under the older agreement (D5)", home(), "payAsYouGo.set", { subscription: "d", on: true }, { says: /Agreement/ }),
  ],
  creditsNotSold: [
    refusal("under the newer agreement (CC-12)", invoiced(), "credits.topUp", { amount: "50" }, { says: /Agreement/ }),
    refusal(
      "a recharge under it (CC-12)",
      invoiced(),
      "credits.autoRecharge",
      { on: true, trigger: "10", recharge: "50" },
      { says: /Agreement/ },
    ),
  ],
  amountOutOfRange: [
    ...(["49", "10001", "50.50"] as const).map((amount) =>
      refusal(`credits of ${amount} (CC-3)`, home(), "credits.topUp", { amount }),
    ),
    refusal("a recharge of 49 (CC-3)", home(), "credits.autoRecharge", { on: true, trigger: "10", recharge: "49" }),
    refusal("a negative cap (CC-4)", home(), "credits.autoRecharge", { on: false, monthlyCap: "-1" }),
    refusal("goodwill of nothing (D19)", home(), "credits.goodwill", { amount: "0", reason }),
    refusal("a spend limit of nothing (SL-1)", home(), "policy.set", { user: "u1", spendLimit: "0" }),
    refusal("a negative overdraft (D21)", home(), "account.settings", { overdraftCap: "-1" }),
    refusal("a negative limit (D19)", home(), "account.settings", { goodwillLimit: "-1" }),
    refusal("fraud at nothing (edge 30)", home(), "account.settings", { fraudRules: { spendPerHour: "0" } }),
    refusal("a negative price", home(), "subscription.buy", { ...plan, subscription: "s", unitPrice: "-1" }),
    refusal("a budget of nothing (CM-4)", home(), "budget.set", { ...budget, budget: "b", amount: "0" }),
    refusal("more than is due", invoiced(), "invoice.pay", { invoice, amount: "100.01", reference: "r" }),
    refusal("more back than was billed", invoiced(), "invoice.creditNote", { invoice, net: "100.01", reason }),
  ],
  unknownCall: [
    refusal("void", called(), "call.void", { usageId: "none", reason }),
    refusal("amend", called(), "call.amend", { usageId: "none", changes: amended, reason }),
    refusal("rerate", called(), "call.rerate", { ...rerate, usageId: "none" }, { remembered: false }),
  ],
  callAlreadyVoided: [refusal("void", called(undefined, voided), "call.void", { usageId: "x", reason })],
  callNotFinished: [refusal("void", called(undefined, calling), "call.void", { usageId: "open", reason })],
  callChanged: [
    refusal("void of a version that is not in force (D11)", called(), "call.void", { usageId: "x", version: 2, reason }),
  ],
  callUnchanged: [refusal("amend as it is", called(), "call.amend", { usageId: "x", changes: amended, reason })],
  callTimesInvalid: [
    refusal("an end before the answer", called(), "call.amend", {
      usageId: "x",
      changes: { endedAt: "2026-03-02T15:58:59Z" },
      reason,
    }),
    refusal("tomorrow", called(), "call.amend", {
      usageId: "x",
      changes: { answeredAt: "2026-03-03T16:00:00Z", endedAt: "2026-03-03T16:01:00Z" },
      reason,
    }),
    refusal("more than 12 months ago (D4)", called(), "call.amend", {
      usageId: "x",
      changes: { answeredAt: "2025-03-01T15:59:59Z", endedAt: "2025-03-01T16:00:00Z" },
      reason,
    }),
  ],
  callInOtherCurrency: [refusal("void (edge 25)", called(undefined, inEuro), "call.void", { usageId: "y", reason })],
  eventNotReleased: [
    refusal("what is no event", home(), "call.release", { deadLetter: "1", event: "{}", reason }, { remembered: false }),
    refusal(
      "another account's",
      home(),
      "call.release",
      { deadLetter: "1", event: JSON.stringify({ type: "ended", id: "e", usageId: "x", account: "other" }), reason },
      { remembered: false },
    ),
  ],
  callNotPriced: [
    refusal("what was included (§12.17)", called(), "call.rerate", rerate, { remembered: false }),
    refusal("what was included 15 months ago (CP-10)", called(undefined, longAgo), "call.rerate", rerate, { remembered: false }),
    refusal(
      "without credits (D9)",
      called(undefined, longAgo),
      "call.rerate",
      { ...rerate, usageId: "y" },
      { remembered: false },
    ),
  ],
  unknownDeck: [refusal("never imported", called(), "call.rerate", { ...rerate, deckId: hash }, { remembered: false })],
  unknownPolicy: [
    refusal("none of the twelve (OP-2)", home(), "policy.set", { user: "u1", dialOutPolicy: "DialoutAll" }),
    refusal("none of the twelve for all (OP-2)", home(), "account.settings", { dialOutPolicy: "DialoutAll" }),
  ],
  unknownProposal: [refusal("approval of nothing", home(), "credits.approveGoodwill", { proposal: "none", approve: true })],
  secondPersonNeeded: [
    refusal(
      "his own proposal (D19)",
      home(({ fold }) => void fold.command("acme", "credits.goodwill", { amount: "100.01", reason }, "mine")),
      "credits.approveGoodwill",
      { proposal: "mine", approve: true },
    ),
  ],
  unknownBillingAccount: [refusal("a profile of it", home(), "billingProfile.set", { profile: "p", billingAccount: "none" })],
  unknownBillingProfile: [
    refusal("a card", home(), "billingProfile.setPaymentMethod", { profile: "none", method: null }),
    refusal("a purchase", home(), "subscription.buy", { ...plan, subscription: "s", profile: "none" }),
  ],
  profileInUse: [
    refusal("another day of the month", home(), "billingProfile.set", { profile: "main", displayName: "New", anchorDay: 15 }),
  ],
  seriesInUse: [
    refusal("another prefix, beside another name", invoiced(), "billingAccount.set", {
      billingAccount: "main",
      displayName: "New",
      numberPrefix: "X",
    }),
  ],
  unknownPaymentMethod: [
    refusal("change", home(), "paymentMethod.edit", { method: "none", holder: "x" }),
    refusal("swap", home(after("paymentMethod.add", card)), "paymentMethod.replace", { method: "card", by: "none" }),
    refusal("deletion", home(), "paymentMethod.delete", { method: "none" }),
    refusal("use", home(), "billingProfile.setPaymentMethod", { profile: "main", method: "none" }),
    refusal("purchase (SS-1)", members(), "subscription.buy", { ...own, paymentMethod: "none" }, { by: "ada" }),
    refusal(
      "another attempt (PM-3)",
      invoiced(after("payment.result", { payment: "p1", attempt: 1, outcome: "declined" })),
      "payment.retry",
      { payment: "p1", method: "none" },
    ),
  ],
  methodNotAccepted: [
    refusal("of another country (PM-2)", home(), "paymentMethod.add", { ...card, country: "FR" }),
    refusal("expired (PM-2)", home(), "paymentMethod.add", { ...card, expires: "2025-12" }),
    refusal("expired now (PM-2)", home(after("paymentMethod.add", card)), "paymentMethod.edit", {
      method: "card",
      holder: "New",
      expires: "2025-12",
    }),
    refusal(
      "another member's (SS-1)",
      members(bySelf),
      "subscription.buy",
      { ...own, subscription: "b", buyer: "ben" },
      { by: "ben" },
    ),
  ],
  methodInUse: [refusal("deletion (PM-2)", invoiced(), "paymentMethod.delete", { method: "card" })],
  unknownPayment: [
    refusal("a result", home(), "payment.result", { payment: "p1", attempt: 1, outcome: "succeeded" }),
    refusal("another attempt (PM-3)", home(), "payment.retry", { payment: "p1" }),
  ],
  paymentNotOpen: [
    refusal("a result of another attempt", invoiced(), "payment.result", { payment: "p1", attempt: 2, outcome: "succeeded" }),
    refusal("another attempt beside the one under way (PM-3)", invoiced(), "payment.retry", { payment: "p1" }),
  ],
  unknownInvoice: [
    refusal("verified", home(), "invoice.verified", { invoice: "none", hash }),
    refusal("paid", home(), "invoice.pay", { invoice, reference: "r" }),
    refusal("credited", home(), "invoice.creditNote", { invoice, net: "1", reason }),
    refusal("void", home(), "invoice.void", { invoice, reason }),
  ],
  invoiceNotClosed: [refusal("verified while it accrues (D18)", home(), "invoice.verified", { invoice, hash })],
  invoiceHashMismatch: [refusal("other totals (D25)", closed(), "invoice.verified", { invoice, hash })],
  invoiceNotOpen: [
    refusal("void twice", invoiced(after("invoice.void", { invoice, reason })), "invoice.void", { invoice, reason }),
    refusal("credited when void", invoiced(after("invoice.void", { invoice, reason })), "invoice.creditNote", {
      invoice,
      net: "1",
      reason,
    }),
  ],
  creditsInOtherCurrency: [
    refusal("with credits (edge 25)", home(after("credits.goodwill", { amount: "5", reason })), "account.currency", {
      currency: "EUR",
    }),
  ],
  callsRunning: [
    refusal("while a call holds money (edge 25)", called(undefined, calling), "account.currency", { currency: "EUR" }),
  ],
  unknownBudget: [refusal("deletion", home(), "budget.delete", { budget: "none" })],
  tooManyBudgets: [
    refusal(
      "the 101st (CM-4)",
      home(({ org }) => {
        for (let at = 0; at < 100; at++) org.command("budget.set", { ...budget, budget: `b${at}` });
      }),
      "budget.set",
      { ...budget, budget: "one-more" },
    ),
  ],
  noTestClock: [refusal("an hour later", home(), "clock.advance", { seconds: 3600 }, { says: /^account: acme/ })],
  locationChangeOpen: [refusal("no country", home(), "user.set", { user: "u1", displayName: "New", usageLocation: "XX" })],
};

const all = Object.entries(cases).flatMap(([code, list]) => list.map((one) => [code as RefusalCode, one.what, one] as const));

/** Everything that the partition knows, but where it stands in the log and which answers it remembers. */
function stateOf({ state }: TestFold): { accounts: unknown; all: string } {
  const accounts = new Map([...state.accounts].map(([id, account]) => [id, { ...account, commands: new Map() }]));
  const plain = [...accounts.values()].map((account) => JSON.parse(encodeAccount(account)) as unknown);
  return { accounts: plain, all: hashState({ ...state, accounts, now: 0, lastSeq: 0, outSeq: 0 }) };
}

function give(fold: TestFold, { account, type, data, actor, commandId }: RefusedCommand): readonly Output[] {
  // Type and data belong together by `refusal`'s own signature.
  const entry = { kind: "command", account, command: { commandId, type, actor, data }, reply: "inbox" } as unknown as LogEntry;
  return fold.apply(entry);
}

const answersIn = (outputs: readonly Output[]): CommandAnswer[] =>
  outputs.filter((output) => output.kind === "reply").map(({ body }) => body as CommandAnswer);

/** A detail begins with the field that it is about, or with more than one. */
function fieldOf(type: CommandType): RegExp {
  const field = `(?:${Object.keys(commandData[type].shape).join("|")})(?:\\.\\w+)*`;
  return new RegExp(`^${field}(?:, ${field})*: .`);
}

describe("F4: every refusal", () => {
  it("is met at least once", () => {
    expect(Object.values(cases).filter((list) => list.length === 0)).toEqual([]);
  });

  it.each(all)("%s: %s", (code, _what, refused) => {
    const fold = refused.begin();
    const before = stateOf(fold);
    const outputs = give(fold, refused);
    const [answer] = answersIn(outputs);
    expect(answer).toMatchObject({ outcome: "refused", code });
    expect(stateOf(fold)).toEqual(before);
    // Beside the answer, and the question for a stored call, nothing leaves but the audit.
    expect(outputs.filter(({ kind }) => kind !== "reply" && kind !== "lookUp")).toMatchObject([
      {
        kind: "accountEvent",
        row: {
          type: `command.${refused.type}`,
          outcome: "refused",
          account: refused.account,
          actorId: refused.actor.id,
          commandId: refused.commandId,
          amountMicros: 0,
          postings: [],
          invoice: "",
        },
      },
    ]);
    const audit = JSON.parse(fold.events.at(-1)?.data ?? "") as { code: string; detail: string };
    expect(audit).toMatchObject({ code, detail: answer?.detail });
    expect(audit.detail).toMatch(refused.says ?? fieldOf(refused.type));
  });

  it.each(all.filter(([, , { remembered }]) => remembered))(
    "%s: %s, the same again is answered the same, other content is a mismatch",
    (_code, _what, refused) => {
      const fold = refused.begin();
      const [first] = answersIn(give(fold, refused));
      expect(answersIn(give(fold, refused))).toEqual([first]);
      const other: RefusedCommand = { ...refused, type: "account.block", data: { blocked: true } };
      expect(answersIn(give(fold, other))).toMatchObject([{ outcome: "refused", code: "idempotencyMismatch" }]);
      expect(fold.state.accounts.get("acme")?.settings.every(({ value }) => !value.blocked)).toBe(true);
    },
  );

  it.each(all.filter(([, , { remembered }]) => !remembered))(
    "%s: %s, the same again is looked at anew, and refused again",
    (code, _what, refused) => {
      const fold = refused.begin();
      const [first] = answersIn(give(fold, refused));
      expect(answersIn(give(fold, refused))).toMatchObject([{ outcome: "refused", code, detail: first?.detail }]);
    },
  );

  it.each([
    ["a member's own purchase", members(bySelf, holding)],
    ["an invoice that is closed", closed()],
    ["an invoice that is issued", invoiced()],
    ["an invoice that is not paid", unpaid],
    ["a call that ended and one that goes on", called(undefined, calling)],
    ["a call of long ago", called(undefined, longAgo)],
  ] as const)("changes nothing, whichever of these commands it is, where there is %s", (_what, begin) => {
    const changed: string[] = [];
    let fold = begin().fold;
    for (const [at, [, , one]] of all.entries()) {
      const before = stateOf(fold).all;
      const [answer] = answersIn(give(fold, { ...one, commandId: `x${at}` }));
      if (answer?.outcome === "refused" && stateOf(fold).all === before) continue;
      if (answer?.outcome !== "accepted") changed.push(`${one.type} ${JSON.stringify(one.data)}: ${answer?.code}`);
      fold = begin().fold;
    }
    expect(changed).toEqual([]);
  });

  it("has a documented sentence for whoever meets it", () => {
    for (const [code, sentence] of Object.entries(refusalCodes)) expect(`${code}: ${sentence}`).toMatch(/^\w+: [A-Z].{15,}\.$/);
  });
});
