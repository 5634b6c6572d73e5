import { formatMicros, micros, MICROS_PER_UNIT, parseMicros } from "@tollbook/contracts/units.ts";
import { areCreditsSold } from "@tollbook/tariffs/territories.ts";
import type { Account } from "../account/account.ts";
import { MAIN } from "../billing/billing-account.ts";
import { accrue, openDraft, profileOf } from "../billing/draft.ts";
import { startPayment } from "../billing/payment.ts";
import { endOfDayMonthsLater } from "../calendar.ts";
import { addLot } from "../credits/credits.ts";
import type { Lot } from "../credits/credits.ts";
import { scheduleExpiry } from "../credits/expiry.ts";
import { considerRecharge } from "../credits/recharge.ts";
import type { Posting } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { addValue, latest } from "../history.ts";
import { accountEvent } from "../output.ts";
import { change, deleteEntry, setEntry } from "../undo.ts";
import { accepted, acceptedMoney, refused } from "./outcome.ts";
import type { Handler, Outcome, Refused } from "./outcome.ts";

/** CC-3, in currency units. */
export const LEAST_TOP_UP = 50 * MICROS_PER_UNIT;
export const MOST_TOP_UP = 10_000 * MICROS_PER_UNIT;
/** CC-7. */
const LOT_MONTHS = 12;

/** CC-11, CC-12: null when the organisation may buy credits. */
export function whyNoCredits(account: Account): Refused | null {
  if (latest(account.settings).agreement === "MCA") {
    return refused("creditsNotSold", "under a Microsoft Customer Agreement usage is billed afterwards");
  }
  return areCreditsSold(account.country) ? null : refused("creditsNotSold", `credits are not sold in ${account.country}`);
}

/**
 * CC-2, CC-3: by card when the billing profile has one: the lot is there when the card was charged. Without one, or with a
 * `reference` (a purchase order or enrolment), it is there at once and stands on the next invoice.
 */
export const topUp: Handler<"credits.topUp"> = (fold, account, data) => {
  const hindrance = whyNoCredits(account);
  if (hindrance !== null) return hindrance;
  const amount = parseMicros(data.amount);
  if (amount === null || amount < LEAST_TOP_UP || amount > MOST_TOP_UP || amount % MICROS_PER_UNIT !== 0) {
    return refused("amountOutOfRange", "amount: whole units from 50 to 10,000 (CC-3)");
  }
  const method = profileOf(account, MAIN).paymentMethod;
  if (method !== "" && data.reference === undefined) {
    const payment = startPayment(fold, account, "topUp", "credits", amount, account.currency, method);
    return accepted(payment.id, { payment: payment.id, status: "PENDING" });
  }
  change(fold.undo, account.credits, "lastTopUpMicros", amount);
  const profile = profileOf(account, MAIN);
  const { lot, postings } = buyLot(fold, account, "topUp", amount, `unbilled/${profile.id}`);
  billLot(fold, account, lot, data.reference ?? "");
  const result = acceptedMoney(lot.id, amount, postings, resultOf(account, lot));
  considerRecharge(fold, account);
  return result;
};

/** The line of the next invoice; what moved money is the command's own row, which carries the postings. */
function billLot(fold: Fold, account: Account, lot: Lot, reference: string): void {
  const profile = profileOf(account, MAIN);
  const draft = openDraft(fold, account, profile, account.currency);
  const line = `credits|${lot.id}`;
  const { amountMicros } = lot;
  accrue(
    fold,
    draft,
    {
      line,
      kind: "credits",
      subscription: "",
      product: "communications-credits",
      description: reference,
      destination: "",
      country: "",
      from: fold.now,
      to: lot.expiresAt,
      unitPriceMicros: amountMicros,
    },
    { quantity: 1, calls: 0, billedSeconds: 0, amountMicros, rows: 1 },
  );
  accountEvent(fold, account, "charge.credits", {
    subject: lot.id,
    amountMicros,
    data: { reference },
    invoice: draft.id,
    invoiceLine: line,
  });
}

/** A card was charged for it: the lot that was waited for. */
export function topUpPaid(fold: Fold, account: Account, amountMicros: number): Outcome {
  change(fold.undo, account.credits, "lastTopUpMicros", amountMicros);
  const { lot, postings } = buyLot(fold, account, "topUp", amountMicros, "cash/topUp");
  const result = acceptedMoney(lot.id, amountMicros, postings, resultOf(account, lot));
  considerRecharge(fold, account);
  return result;
}

/** A recharge was charged: a lot, and the recharge is ready to fire again (CC-4). */
export function rechargePaid(fold: Fold, account: Account, amountMicros: number): Outcome {
  change(fold.undo, account.credits.recharge, "status", "IDLE");
  change(fold.undo, account.credits, "lastTopUpMicros", amountMicros);
  const { lot, postings } = buyLot(fold, account, "recharge", amountMicros, "cash/recharge");
  return acceptedMoney(lot.id, amountMicros, postings, resultOf(account, lot));
}

/** D19: a lot of twelve months, repays debt first, allowed under every agreement. Above the limit a second person must approve. */
export const goodwill: Handler<"credits.goodwill"> = (fold, account, data, { actor, commandId }) => {
  const amount = parseMicros(data.amount);
  if (amount === null || amount <= 0 || amount > MOST_TOP_UP) {
    return refused("amountOutOfRange", "amount: more than 0, at most 10,000");
  }
  if (amount > latest(account.settings).goodwillLimitMicros) {
    setEntry(fold.undo, account.goodwillProposals, commandId, { amountMicros: amount, reason: data.reason, by: actor.id });
    return accepted(commandId, { status: "PROPOSED", proposal: commandId });
  }
  return grantGoodwill(fold, account, amount);
};

export const approveGoodwill: Handler<"credits.approveGoodwill"> = (fold, account, data, { actor }) => {
  const proposal = account.goodwillProposals.get(data.proposal);
  if (proposal === undefined) return refused("unknownProposal", `proposal: ${data.proposal}`);
  if (proposal.by === actor.id) return refused("secondPersonNeeded", `proposal: ${proposal.by} proposed it and cannot decide it`);
  deleteEntry(fold.undo, account.goodwillProposals, data.proposal);
  if (!data.approve) return accepted(data.proposal, { status: "REJECTED" });
  return grantGoodwill(fold, account, proposal.amountMicros);
};

function grantGoodwill(fold: Fold, account: Account, amountMicros: number): Outcome {
  const { lot, postings } = buyLot(fold, account, "goodwill", amountMicros, "goodwill");
  return acceptedMoney(lot.id, amountMicros, postings, resultOf(account, lot));
}

export const autoRecharge: Handler<"credits.autoRecharge"> = (fold, account, data) => {
  const before = latest(account.credits.autoRecharge);
  const trigger = data.trigger === undefined ? before.triggerMicros : parseMicros(data.trigger);
  const recharge = data.recharge === undefined ? before.rechargeMicros : parseMicros(data.recharge);
  if (trigger === null || trigger < 0 || trigger > MOST_TOP_UP) return refused("amountOutOfRange", "trigger: 0 to 10,000 (CC-3)");
  const cap = monthlyCapOf(data.monthlyCap, before.monthlyCapMicros);
  if (cap === "refused") return refused("amountOutOfRange", "monthlyCap: not negative");
  if (data.on) {
    // CC-12: who may not buy may still have it on from before, but not switch it on.
    const hindrance = before.on ? null : whyNoCredits(account);
    if (hindrance !== null) return hindrance;
    if (recharge === null || recharge < LEAST_TOP_UP || recharge > MOST_TOP_UP) {
      return refused("amountOutOfRange", "recharge: 50 to 10,000 (CC-3)");
    }
  }
  addValue(fold.undo, account.credits.autoRecharge, fold.now, {
    on: data.on,
    triggerMicros: trigger,
    rechargeMicros: recharge ?? before.rechargeMicros,
    monthlyCapMicros: cap,
  });
  abandonFailedRecharge(fold, account);
  considerRecharge(fold, account);
  return accepted("autoRecharge", { on: data.on });
};

function monthlyCapOf(cap: string | null | undefined, before: number | null): number | "refused" | null {
  if (cap === undefined || cap === null) return cap === undefined ? before : null;
  const amount = parseMicros(cap);
  return amount === null || amount < 0 ? "refused" : amount;
}

/** New settings are a new start for what had failed; what is on its way stays on its way. */
function abandonFailedRecharge(fold: Fold, account: Account): void {
  const { recharge } = account.credits;
  if (recharge.status !== "FAILED" && recharge.status !== "SUSPENDED") return;
  // It came to nothing, so the monthly cap has room for it again.
  change(fold.undo, recharge, "monthMicros", recharge.monthMicros - recharge.amountMicros);
  for (const payment of account.payments.values()) {
    if (payment.purpose !== "recharge" || payment.subject !== recharge.id) continue;
    change(fold.undo, payment, "status", "ABANDONED");
    change(fold.undo, payment, "nextAt", 0);
  }
  // What was never charged does not count towards the monthly cap.
  change(fold.undo, recharge, "monthMicros", Math.max(0, recharge.monthMicros - recharge.amountMicros));
  change(fold.undo, recharge, "status", "IDLE");
}

function buyLot(
  fold: Fold,
  account: Account,
  kind: Lot["kind"],
  amountMicros: number,
  source: string,
): { lot: Lot; postings: Posting[] } {
  const { credits } = account;
  const lot: Lot = {
    id: `lot-${credits.nextLot}`,
    kind,
    amountMicros,
    purchasedAt: fold.now,
    expiresAt: endOfDayMonthsLater(fold.now, LOT_MONTHS),
    remainingMicros: 0,
    forfeitedMicros: 0,
  };
  const postings = addLot(fold.undo, credits, lot, account.currency, source);
  scheduleExpiry(fold, account, lot);
  return { lot, postings };
}

function resultOf(account: Account, lot: Lot): Record<string, unknown> {
  return { lot: lot.id, balance: formatMicros(micros(account.credits.balanceMicros)), currency: account.currency };
}
