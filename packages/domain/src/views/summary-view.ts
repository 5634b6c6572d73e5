import type { SummaryView } from "@tollbook/contracts/views.ts";
import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import type { UsageCounts } from "../counters.ts";
import { creditMode } from "../credits/mode.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money } from "./as-of.ts";
import { poolViews } from "./pool-view.ts";

/** The Overview page: what counts right now. */
export function summaryView(state: PartitionState, account: Account): SummaryView {
  const { credits, counters } = account;
  const day = ofPeriod(counters.day, Math.floor(nowOf(state, account) / US_PER_DAY));
  const month = ofPeriod(counters.month, poolMonthAt(account, nowOf(state, account)));
  return {
    asOf: asOf(state, account),
    account: account.id,
    name: account.name,
    country: account.country,
    currency: account.currency,
    agreement: latest(account.settings).agreement,
    pseudonymiseUsers: latest(account.settings).pseudonymiseUsers,
    frozen: account.frozen !== "",
    balance: money(credits.balanceMicros),
    available: money(credits.balanceMicros - credits.reservedMicros),
    reserved: money(credits.reservedMicros),
    creditMode: creditMode(account, nowOf(state, account)),
    activeCalls: account.legs.size,
    today: {
      legs: day?.legs ?? 0,
      billableSeconds: day?.billableSeconds ?? 0,
      poolMinutes: day?.poolMinutes ?? 0,
      charged: money(day?.chargedMicros ?? 0),
      denied: day?.denied ?? 0,
    },
    thisMonth: {
      legs: month?.legs ?? 0,
      billableSeconds: month?.billableSeconds ?? 0,
      poolMinutes: month?.poolMinutes ?? 0,
      charged: money(month?.chargedMicros ?? 0),
      credits: money(month?.creditsMicros ?? 0),
      overage: money(month?.overageMicros ?? 0),
      unfundedLegs: month?.unfundedLegs ?? 0,
      denied: month?.denied ?? 0,
    },
    pools: poolViews(state, account),
  };
}

/** Counts of a period that is over are not shown as today's. */
function ofPeriod(counts: UsageCounts, period: number): UsageCounts | null {
  return counts.period === period ? counts : null;
}
