import { micros, timeUs } from "@tollbook/contracts/units.ts";
import type { Micros, Seconds } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { isMonthKept } from "../account/pool-month.ts";
import { considerSpendLimit } from "../account/spend-limit.ts";
import { countCall } from "../budget/spend.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import { assert } from "../assert.ts";
import { invoiceOverage, notInvoiced } from "../billing/overage.ts";
import type { OnInvoice } from "../billing/overage.ts";
import { endOfDayMonthsLater } from "../calendar.ts";
import { refund } from "../credits/credits.ts";
import type { Draw, Lot } from "../credits/credits.ts";
import { scheduleExpiry } from "../credits/expiry.ts";
import type { CallRow, Posting, Segment } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { monthOfPool, takeMinutes } from "../pool/pool.ts";
import { addMonthly } from "./settle.ts";

/** Takes a stored row back (D11): minutes to their month, credits to their lots, overage off its month. Writes the reversal. */
export function reverseRow(fold: Fold, account: Account, row: CallRow, why: "correction" | "void"): CallRow {
  const { undo, tally } = fold;
  const { currency } = account;
  const postings: Posting[] = [];
  const draws: Draw[] = [];
  let overage = 0;
  let overageRef = "";
  let credits = 0;
  for (const { source, ref, minutes, amountMicros: amount } of row.segments) {
    const amountMicros: number = amount;
    if (source === "POOL" && minutes > 0) {
      const pool = account.pools.get(ref ?? "");
      assert(pool !== undefined, "I7: a row names only pools that the account has");
      if (isMonthKept(account, row.poolMonth, fold.now))
        takeMinutes(undo, pool, monthOfPool(undo, pool, row.poolMonth), -minutes);
      postings.push({ ledger: `pool/${pool.key}/${row.poolMonth}`, unit: "MIN", amount: minutes });
      postings.push({ ledger: "usage/minutes", unit: "MIN", amount: -minutes });
      tally.poolMinutes -= minutes;
    }
    if (source === "CREDITS") {
      draws.push({ ref: ref ?? "", amountMicros });
      credits += amountMicros;
    }
    if (source === "OVERAGE") {
      const subscription = account.subscriptions.get(ref ?? "");
      if (subscription !== undefined) addMonthly(fold, subscription.overage, row.poolMonth, -amountMicros);
      postings.push({ ledger: `overage/${ref ?? ""}`, unit: currency, amount: amountMicros });
      postings.push({ ledger: "revenue/overage", unit: currency, amount: -amountMicros });
      overage += amountMicros;
      overageRef = ref ?? "";
    }
  }
  if (credits > 0) {
    postings.push({ ledger: "revenue/credits", unit: currency, amount: -credits });
    refund(undo, account.credits, draws, fold.now, currency, postings, () => spareLot(fold, account));
    tally.creditsMicros -= credits;
  }
  tally.overageMicros -= overage;
  const payer = account.users.get(row.user);
  if (credits + overage > 0 && payer !== undefined && callTypeRules[row.callType].countsForSpendLimit) {
    addMonthly(fold, payer.spend, row.poolMonth, -(credits + overage));
    considerSpendLimit(fold, account, payer, row.poolMonth);
  }
  // A reversal takes off what the row put on, wherever that stands now.
  const onInvoice =
    overage === 0
      ? notInvoiced
      : invoiceOverage(fold, account, account.subscriptions.get(overageRef) ?? null, row, -overage, row.chargedSeconds);
  const reversal = reversalOf(fold, row, postings, why, onInvoice);
  fold.outputs.push({ kind: "call", row: reversal });
  if (credits + overage > 0 && account.budgets.size > 0) countCall(fold, account, reversal);
  return reversal;
}

/** D33: a refund that finds no lot begins one of twelve months. */
function spareLot(fold: Fold, account: Account): Lot {
  const lot: Lot = {
    id: `lot-${account.credits.nextLot}`,
    kind: "goodwill",
    amountMicros: 0,
    purchasedAt: fold.now,
    expiresAt: endOfDayMonthsLater(fold.now, 12),
    remainingMicros: 0,
    forfeitedMicros: 0,
  };
  scheduleExpiry(fold, account, lot);
  return lot;
}

const negated = (value: number): number => (value === 0 ? 0 : -value);
const negatedMicros = (amount: number): Micros => micros(-amount);

/** Every amount and every count negated, so that sums over rows come out right whatever they sum. */
function reversalOf(
  fold: Fold,
  row: CallRow,
  postings: readonly Posting[],
  why: "correction" | "void",
  { invoice, invoiceLine }: OnInvoice,
): CallRow {
  const segments: Segment[] = row.segments.map((part) => ({
    source: part.source,
    ref: part.ref,
    minutes: negated(part.minutes),
    seconds: negated(part.seconds) as Seconds,
    amountMicros: negatedMicros(part.amountMicros),
  }));
  return {
    ...row,
    outSeq: ++fold.state.outSeq,
    logSeq: fold.at.seq,
    logIndex: fold.at.index,
    logTime: timeUs(fold.logNow),
    entry: "reversal",
    refersTo: row.outSeq,
    outcome: why === "void" ? "voided" : row.outcome,
    usedMs: negated(row.usedMs),
    billableSeconds: negated(row.billableSeconds) as Seconds,
    amountMicros: negatedMicros(row.amountMicros),
    connectFeeMicros: negatedMicros(row.connectFeeMicros),
    poolMinutes: negated(row.poolMinutes),
    chargedSeconds: negated(row.chargedSeconds) as Seconds,
    segments,
    postings,
    invoice,
    invoiceLine,
  };
}
