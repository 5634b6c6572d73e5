import { chargeLeg } from "@tollbook/tariffs/charge.ts";
import { micros, seconds as toSeconds, timeUs } from "@tollbook/contracts/units.ts";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { considerSpendLimit } from "../account/spend-limit.ts";
import type { MonthlySpend } from "../account/user.ts";
import { assert } from "../assert.ts";
import { invoiceOverage, notInvoiced } from "../billing/overage.ts";
import type { OverageFacts } from "../billing/overage.ts";
import { countCall } from "../budget/spend.ts";
import { draw } from "../credits/credits.ts";
import { afterCharge } from "../credits/recharge.ts";
import type { CallRow, LegOutcome, Posting, Segment } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { observeEnd } from "../fraud/velocity.ts";
import { noticePool } from "../pool/notices.ts";
import { takeMinutes } from "../pool/pool.ts";
import { append, keep } from "../undo.ts";
import { assess } from "./assess.ts";
import type { Assessment } from "./assess.ts";
import { fundLeg, sourcesOf, unpaid } from "./funding.ts";
import type { Funding, Sources } from "./funding.ts";
import type { Leg } from "./leg.ts";
import { proofOf } from "./proof.ts";
import { releaseReservation } from "./reservation.ts";
import { callRow } from "./row.ts";
import { billableSeconds } from "./times.ts";
import type { LegTimes } from "./times.ts";

/** Which version of the leg is written. */
export interface Version {
  readonly version: number;
  readonly entry: CallRow["entry"];
  readonly refersTo: number;
}

export const FIRST_VERSION: Version = { version: 1, entry: "original", refersTo: 0 };

/** D22: a leg that we cut and that ends so soon after its grant is billed as the grant. */
const CUT_TOLERANCE_SECONDS = 5;

/**
 * The end of a leg: its reservation is released, it is assessed as of its start, funded by the counters as they stand (D2),
 * and everything is moved and written. Always accepted.
 */
export function settleLeg(fold: Fold, account: Account, leg: Leg, times: LegTimes, version: Version): CallRow {
  const promised = leg.authorisedAt !== 0;
  releaseReservation(fold, account, leg);
  const connected = billableSeconds(times.connectedUs);
  const seconds = billedAsGrant(leg, connected) ? leg.grantedSeconds : connected;
  const a = assess(fold, account, leg, times.startAt);
  if (times.answeredAt === 0) {
    const row = writeLeg(fold, account, leg, times, version, "abandoned", a, unpaid(0, "FREE", null), 0, null);
    observeEnd(fold, account, a, leg, row);
    return row;
  }
  const sources = needsFunding(a) ? sourcesOf(fold, account, a, promised, leg.onCredits) : null;
  const funding = sources === null ? fundingByRule(fold, account, a, seconds) : fundLeg(a, sources, seconds);
  const row = writeLeg(fold, account, leg, times, version, "rated", a, funding, seconds, sources);
  observeEnd(fold, account, a, leg, row);
  return row;
}

function billedAsGrant(leg: Leg, connected: number): boolean {
  const cut = leg.state === "CUT" || (leg.final && leg.grantedSeconds >= 0);
  return (
    cut && leg.grantedSeconds >= 0 && connected > leg.grantedSeconds && connected <= leg.grantedSeconds + CUT_TOLERANCE_SECONDS
  );
}

function needsFunding(a: Assessment): boolean {
  return a.verdict === null && a.free !== "FREE";
}

/** Free by rule, or refused by steps 1 to 3 and yet finished (D1, D32). */
function fundingByRule(fold: Fold, account: Account, a: Assessment, seconds: number): Funding {
  if (a.verdict !== null) {
    if (a.free === "FREE") return unpaid(seconds, "FREE", a.verdict);
    if (a.settings.unfundedAs === "OVERAGE" && a.rate !== null) {
      const charge = chargeLeg(a.rate, { startAt: a.startAt as TimeUs, usedSeconds: seconds, includedSeconds: 0 });
      const base = unpaid(0, "FREE", a.verdict);
      const billed = charge.proof.chargedSeconds;
      return { ...base, billed, chargedSeconds: billed, overageMicros: charge.amountMicros, charge };
    }
    return unpaid(seconds, "UNFUNDED", a.verdict);
  }
  if (a.needsFunds) {
    const { credits, overage, refusal } = sourcesOf(fold, account, a, false);
    if (!credits && !overage) return unpaid(seconds, "UNFUNDED", refusal);
  }
  return unpaid(seconds, "FREE", null);
}

/** Moves what the funding says, and writes the leg's row. */
export function writeLeg(
  fold: Fold,
  account: Account,
  leg: Leg,
  times: LegTimes,
  version: Version,
  outcome: LegOutcome,
  a: Assessment,
  funding: Funding,
  seconds: number,
  sources: Sources | null,
): CallRow {
  const { undo, tally } = fold;
  const segments: Segment[] = [];
  const postings: Posting[] = [];
  const { currency } = account;
  const overageRef = a.entitlement.overage ?? a.entitlement.subscription;
  if (funding.poolMinutes > 0 && sources !== null && sources.pool !== null && sources.poolMonth !== null) {
    takeMinutes(undo, sources.pool, sources.poolMonth, funding.poolMinutes);
    segments.push(segment("POOL", sources.pool.key, funding.poolMinutes, funding.poolSeconds, 0));
    postings.push({ ledger: `pool/${sources.pool.key}/${a.poolMonth}`, unit: "MIN", amount: -funding.poolMinutes });
    postings.push({ ledger: "usage/minutes", unit: "MIN", amount: funding.poolMinutes });
    tally.poolMinutes += funding.poolMinutes;
  }
  if (funding.creditsMicros > 0) {
    const draws = draw(undo, account.credits, funding.creditsMicros, times.startAt, currency, postings);
    const split = draws.length > 1 || funding.overageMicros > 0;
    for (const { ref, amountMicros } of draws)
      segments.push(segment("CREDITS", ref, 0, split ? 0 : funding.chargedSeconds, amountMicros));
    postings.push({ ledger: "revenue/credits", unit: currency, amount: funding.creditsMicros });
    tally.creditsMicros += funding.creditsMicros;
  }
  if (funding.overageMicros > 0) {
    const ref = overageRef === null ? "unfunded" : overageRef.id;
    if (overageRef !== null) addMonthly(fold, overageRef.overage, a.poolMonth, funding.overageMicros);
    segments.push(segment("OVERAGE", ref, 0, funding.creditsMicros > 0 ? 0 : funding.chargedSeconds, funding.overageMicros));
    postings.push({ ledger: `overage/${ref}`, unit: currency, amount: -funding.overageMicros });
    postings.push({ ledger: "revenue/overage", unit: currency, amount: funding.overageMicros });
    tally.overageMicros += funding.overageMicros;
  }
  const onInvoice =
    funding.overageMicros > 0
      ? invoiceOverage(fold, account, overageRef, overageFacts(leg, times, a), funding.overageMicros, funding.chargedSeconds)
      : notInvoiced;
  if (funding.rest !== null && funding.restSeconds > 0) segments.push(segment(funding.rest, null, 0, funding.restSeconds, 0));
  const amount = funding.creditsMicros + funding.overageMicros;
  const limited = amount > 0 && a.payer !== null && a.rule.countsForSpendLimit ? a.payer : null;
  if (limited !== null) addMonthly(fold, limited.spend, a.poolMonth, amount);
  checkSums(segments, postings, amount, funding);
  const row = callRow(
    fold,
    account,
    leg,
    times,
    version,
    outcome,
    a,
    funding,
    seconds,
    segments,
    postings,
    proofOf(fold, account, a, funding, leg),
    onInvoice,
  );
  fold.outputs.push({ kind: "call", row });
  if (funding.poolMinutes > 0 && sources !== null && sources.pool !== null && sources.poolMonth !== null) {
    noticePool(fold, account, sources.pool, sources.poolMonth);
  }
  if (funding.creditsMicros > 0) afterCharge(fold, account, funding.creditsMicros);
  if (limited !== null) considerSpendLimit(fold, account, limited, a.poolMonth);
  if (amount > 0 && account.budgets.size > 0) countCall(fold, account, row);
  return row;
}

function overageFacts(leg: Leg, times: LegTimes, a: Assessment): OverageFacts {
  return {
    callType: leg.callType,
    startAt: timeUs(times.startAt),
    poolMonth: a.poolMonth,
    destinationCountry: a.destinationCountry,
    destinationName: a.destinationName,
  };
}

function segment(source: Segment["source"], ref: string | null, minutes: number, seconds: number, amountMicros: number): Segment {
  return { source, ref, minutes, seconds: toSeconds(seconds), amountMicros: micros(amountMicros) };
}

/** Adds to the figure of a month; months are few and the newest is asked for most. */
export function addMonthly(fold: Fold, months: MonthlySpend[], month: number, amount: number): void {
  let entry = months.findLast((one) => one.month === month);
  if (entry === undefined) {
    entry = { month, micros: 0 };
    append(fold.undo, months, entry);
  }
  keep(fold.undo, entry, "micros");
  entry.micros += amount;
}

/** I1, I3: postings sum to zero per unit; every billed second lies in one bucket. */
function checkSums(segments: readonly Segment[], postings: readonly Posting[], amount: number, funding: Funding): void {
  let minutes = 0;
  let money = 0;
  for (let i = 0; i < postings.length; i++) {
    const posting = postings[i] as Posting;
    if (posting.unit === "MIN") minutes += posting.amount;
    else money += posting.amount;
  }
  assert(minutes === 0 && money === 0, "I1: postings sum to zero per unit");
  let charged = 0;
  for (let i = 0; i < segments.length; i++) charged += (segments[i] as Segment).amountMicros;
  assert(charged === amount, "I6: segments sum to the charge");
  assert(
    funding.poolSeconds + funding.chargedSeconds + funding.restSeconds === funding.billed,
    "I3: every billed second lies in exactly one bucket",
  );
}
