import { micros, seconds as toSeconds, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { OnInvoice } from "../billing/overage.ts";
import type { CallRow, LegOutcome, Posting, Segment } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import type { Assessment } from "./assess.ts";
import type { Funding } from "./funding.ts";
import type { Leg } from "./leg.ts";
import type { Version } from "./settle.ts";
import type { LegTimes } from "./times.ts";

/** The row of `rated_calls`, all fields in one shape. */
export function callRow(
  fold: Fold,
  account: Account,
  leg: Leg,
  times: LegTimes,
  version: Version,
  outcome: LegOutcome,
  a: Assessment,
  funding: Funding,
  seconds: number,
  segments: readonly Segment[],
  postings: readonly Posting[],
  proof: string,
  { invoice, invoiceLine }: OnInvoice,
): CallRow {
  return {
    outSeq: ++fold.state.outSeq,
    logSeq: fold.at.seq,
    logIndex: fold.at.index,
    logTime: timeUs(fold.logNow),
    account: account.id,
    usageId: leg.usageId,
    version: version.version,
    entry: version.entry,
    refersTo: version.refersTo,
    outcome,
    reason: funding.reason,
    callId: leg.callId,
    legId: leg.legId,
    parentLegId: leg.parentLegId,
    linkedId: leg.linkedId,
    conferenceId: leg.conferenceId,
    source: leg.source,
    feeder: leg.feeder,
    callType: leg.callType,
    direction: leg.direction,
    fromRaw: leg.fromRaw,
    fromE164: leg.fromE164,
    toRaw: leg.toRaw,
    toE164: leg.toE164,
    user: leg.user || (a.rule.payer === "user" && a.payer !== null ? a.payer.id : ""),
    organizer: leg.organizer,
    resourceAccount: leg.resourceAccount,
    department: a.payer === null ? "" : a.payer.department,
    serviceNumber: leg.serviceNumber,
    numberType: leg.numberType,
    emergency: leg.emergency || a.rule.emergency,
    setupAt: timeUs(leg.setupAt),
    startAt: timeUs(times.startAt),
    answeredAt: timeUs(times.answeredAt),
    endedAt: timeUs(times.endedAt),
    usedMs: Math.ceil(times.connectedUs / 1000),
    billableSeconds: toSeconds(seconds),
    reportedSeconds: leg.reportedSeconds,
    endedBy: leg.endedBy,
    q850: leg.q850,
    sip: leg.sip,
    poolMonth: a.poolMonth,
    usageLocation: a.usageLocation,
    destinationCountry: a.destinationCountry,
    destinationName: a.destinationName,
    destinationContext: a.context,
    capability: capabilityOf(a, funding),
    subscription: a.entitlement.subscription === null ? "" : a.entitlement.subscription.id,
    currency: account.currency,
    amountMicros: micros(funding.creditsMicros + funding.overageMicros),
    connectFeeMicros: funding.charge === null || funding.chargedSeconds === 0 ? micros(0) : funding.charge.connectFeeMicros,
    poolMinutes: funding.poolMinutes,
    chargedSeconds: toSeconds(funding.chargedSeconds),
    segments,
    postings,
    proof,
    invoice,
    invoiceLine,
  };
}

/** §8.3: what credits pay is MCOPSTNPP (so that this capability lists exactly the paid calls); else the plan's code. */
function capabilityOf(a: Assessment, funding: Funding): string {
  if (funding.rest === "FREECALL") return "FREECALL";
  if (a.entitlement.payPerMinute && a.entitlement.plan !== null) return a.entitlement.plan.serviceCode;
  if (funding.creditsMicros > 0) return "MCOPSTNPP";
  if (a.entitlement.plan !== null) return a.entitlement.plan.serviceCode;
  return a.rule.payer === "tenant" || a.rule.payer === "resourceAccount" ? "MCOEV_VIRTUALUSER" : "MCOEV";
}
