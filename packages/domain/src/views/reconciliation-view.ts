import { eventOutcomes } from "@tollbook/contracts/codes.ts";
import type { EventOutcome } from "@tollbook/contracts/codes.ts";
import type { ReconciliationView } from "@tollbook/contracts/views.ts";
import { US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { HourCounts } from "../counters.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, time } from "./as-of.ts";

/** D20: both identities and the money, computed from the counts, never assumed. */
export function reconciliationView(state: PartitionState, account: Account, hours: number): ReconciliationView {
  const { counters } = account;
  const { money: sums } = counters;
  return {
    asOf: asOf(state, account),
    hours: counters.hours.slice(-hours).map(hourly),
    total: hourly(counters.total),
    openLegs: account.legs.size,
    money: [
      {
        currency: account.currency,
        segments: money(sums.segmentsMicros),
        credits: money(sums.creditsMicros),
        overage: money(sums.overageMicros),
      },
    ],
    poolMinutes: { segments: sums.segmentMinutes, pools: sums.poolMinutes },
    holds: holds(account),
  };
}

/** D20, I8: events accepted, legs seen, money out of pools, credits and overage. */
export function holds(account: Account): boolean {
  const { total, money: sums, hours } = account.counters;
  const legs = account.legs.size + total.rated + total.denied + total.abandoned + total.voided;
  return (
    [...hours, total].every((one) => one.accepted === outcomesOf(one)) &&
    total.seen === legs &&
    sums.segmentsMicros === sums.creditsMicros + sums.overageMicros &&
    sums.segmentMinutes === sums.poolMinutes
  );
}

function outcomesOf(counts: HourCounts): number {
  return eventOutcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
}

function hourly(counts: HourCounts): ReconciliationView["hours"][number] {
  const events = {} as Record<EventOutcome, number>;
  for (const outcome of eventOutcomes) events[outcome] = counts[outcome];
  return {
    hour: time(counts.hour * US_PER_HOUR),
    accepted: counts.accepted,
    events,
    legs: {
      seen: counts.seen,
      rated: counts.rated,
      denied: counts.denied,
      abandoned: counts.abandoned,
      voided: counts.voided,
    },
  };
}
