import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { isMonthKept, KEPT_MONTHS } from "../account/pool-month.ts";
import { MAIN } from "../billing/billing-account.ts";
import { accrues, profileOf } from "../billing/draft.ts";
import type { CallRow } from "../fold.ts";
import { rememberLater } from "../fold-context.ts";
import type { Fold } from "../fold-context.ts";
import { assess } from "../leg/assess.ts";
import type { Assessment } from "../leg/assess.ts";
import { packClosed } from "../leg/closed-leg.ts";
import { payFor, sourcesOf } from "../leg/funding.ts";
import type { Funding, Sources } from "../leg/funding.ts";
import { legFromRow } from "../leg/leg-from-row.ts";
import { reprice, repriceRefusals } from "../leg/reprice.ts";
import type { Repriced } from "../leg/reprice.ts";
import { reverseRow } from "../leg/reverse.ts";
import { writeLeg } from "../leg/settle.ts";
import { timesOf } from "../leg/times.ts";
import { monthOfPool } from "../pool/pool.ts";
import { rollBack } from "../undo.ts";
import { figuresOf } from "./amend-call.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler } from "./outcome.ts";
import { askForCall } from "./stored-call.ts";
import type { StoredCallHandler } from "./stored-call.ts";

/** §12.17: one call of a re-rate job, priced by a deck that the job names. Nothing but such a job ever changes a settled price. */
export const rerateCall: Handler<"call.rerate"> = (fold, account, data, context) =>
  askForCall(fold, account, "call.rerate", data, context);

export const rerateStored: StoredCallHandler<"call.rerate"> = (fold, account, { usageId, deckId }, call) => {
  const deck = fold.rerateDeck;
  if (deck === null || deck.deckId !== deckId) return refused("unknownDeck", `deckId: ${deckId}`);
  const { row } = call;
  const priced = reprice(row, deck);
  if (priced.kind === "refused") return refused("callNotPriced", `usageId: ${usageId}: ${repriceRefusals[priced.why]}`);
  // What its minutes were taken from is let go of.
  if (row.poolMinutes > 0 && !isMonthKept(account, row.poolMonth, fold.now))
    return refused(
      "callNotPriced",
      `usageId: ${usageId}: included minutes paid for a part of it, ${KEPT_MONTHS} months ago or more`,
    );
  const leg = legFromRow(row);
  const a = assess(fold, account, leg, row.startAt);
  // RT-7: never above 0 for the customer once the period is closed.
  if (priced.freeCall && !accrues(fold, account, profileOf(account, a.entitlement.overage?.profile ?? MAIN), row.startAt))
    return refused("callNotPriced", `usageId: ${usageId}: it had no price, and its period is closed`);
  if (!priced.freeCall && priced.charge.amountMicros === row.amountMicros)
    return refused("callUnchanged", `usageId: ${usageId} would cost the same`);
  const { length } = fold.undo;
  if (!isFundable(sourcesFor(fold, account, a, row, priced.freeCall), a, row, priced)) {
    // To look at a pool begins its month, where nothing happened in it yet: a refusal leaves not even that.
    rollBack(fold.undo, length);
    return refused("callNotPriced", `usageId: ${usageId}: the credits cannot pay the difference (D9)`);
  }
  reverseRow(fold, account, row, "correction");
  const sources = sourcesFor(fold, account, a, row, priced.freeCall);
  const funding = fundAnew(a, sources, row, priced);
  const times = timesOf(leg, row.endedAt);
  const version = { version: row.version + 1, entry: "replacement", refersTo: row.outSeq } as const;
  const now = writeLeg(fold, account, leg, times, version, "rated", a, funding, row.billableSeconds, sources);
  rememberLater(fold, call.key, call.connectedMs, call.mark, packClosed(call.state, now.reason, now.version));
  return accepted(usageId, {
    usageId,
    currency: now.currency,
    before: figuresOf(row),
    after: figuresOf(now),
    difference: formatMicros(micros(now.amountMicros - row.amountMicros)),
  });
};

/** Who paid before pays again: included minutes from their pool, overage on the invoice; what credits paid is promised to them. */
function sourcesFor(fold: Fold, account: Account, a: Assessment, row: CallRow, freeCall: boolean): Sources {
  const sources = sourcesOf(fold, account, a, !freeCall);
  const pooled = row.segments.find(({ source, minutes }) => source === "POOL" && minutes > 0);
  const pool = pooled === undefined ? null : (account.pools.get(pooled.ref ?? "") ?? null);
  const poolMonth = pool === null ? null : monthOfPool(fold.undo, pool, row.poolMonth);
  const byOverage = row.segments.some(({ source }) => source === "OVERAGE");
  const byCredits = row.segments.some(({ source }) => source === "CREDITS");
  return {
    ...sources,
    pool,
    poolMonth,
    overage: sources.overage || byOverage,
    credits: sources.credits && (byCredits || !byOverage),
  };
}

/** Asked before the old price goes back, which is all that the credits gain by it. */
function isFundable({ overage, roomMicros }: Sources, a: Assessment, row: CallRow, { charge }: Repriced): boolean {
  if (overage || charge.amountMicros === 0) return true;
  const refunded = row.segments.reduce((sum, { source, amountMicros }) => sum + (source === "CREDITS" ? amountMicros : 0), 0);
  return a.entitlement.mayUseCredits && charge.amountMicros <= roomMicros + refunded;
}

function fundAnew(a: Assessment, sources: Sources, row: CallRow, priced: Repriced): Funding {
  const { poolSeconds, paidSeconds, unfundedSeconds, charge } = priced;
  const base = { billed: poolSeconds + paidSeconds, poolMinutes: row.poolMinutes, poolSeconds };
  const funding: Funding =
    paidSeconds === 0
      ? { ...base, chargedSeconds: 0, creditsMicros: 0, overageMicros: 0, restSeconds: 0, rest: null, reason: null, charge }
      : payFor(a, sources, base, paidSeconds, charge);
  if (unfundedSeconds === 0) return { ...funding, reason: funding.reason ?? (priced.freeCall ? null : row.reason) };
  return {
    ...funding,
    billed: funding.billed + unfundedSeconds,
    restSeconds: funding.restSeconds + unfundedSeconds,
    rest: "UNFUNDED",
    reason: row.reason,
  };
}

/** The audit of a job: the calls follow as commands of their own. */
export const startRerate: Handler<"rerate.start"> = (_fold, _account, { job, calls, expectedDifference }) =>
  accepted(job, { job, calls, expectedDifference });

export const finishRerate: Handler<"rerate.finish"> = (
  _fold,
  _account,
  { job, changed, refused: left, difference, asExpected },
) => accepted(job, { job, changed, refused: left, difference, asExpected });
