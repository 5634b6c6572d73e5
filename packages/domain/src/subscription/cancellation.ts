import { US_PER_DAY } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { latest } from "../history.ts";
import type { Subscription } from "./subscription.ts";

/** SB-2: so long after a start or renewal a cancellation takes effect at once and gives money back; the end is inclusive. */
const WINDOW_DAYS = 7;
/** SB-2: through a reseller in Chile. */
const RESELLER_WINDOW_DAYS: Readonly<Record<string, number>> = { CL: 10 };
/** SB-2: without a billing profile more than so many licences cannot be cancelled online. */
export const MOST_CANCELLED_ONLINE = 25;

/** What a cancellation does now. */
export type CancellationEffect =
  /** Disabled now; the rest of the charged period is credited. */
  | "atOnce"
  /** Recurring billing is Off; it runs, and is charged, to the end of its term. */
  | "atEndOfTerm"
  /** Not online: too many licences. */
  | "reduceFirst";

/**
 * SB-2: with a billing profile (a Microsoft Customer Agreement, or a member's own purchase) the window decides; without one it is
 * at once at any time, for at most 25 licences. A trial and what is Expired have nothing to give back.
 */
export function cancellationEffect(account: Account, subscription: Subscription, now: number): CancellationEffect {
  if (subscription.trial || latest(subscription.states) === "Expired") return "atOnce";
  if (hasBillingProfile(account, subscription))
    return now <= subscription.termFrom + windowDays(account, subscription) * US_PER_DAY ? "atOnce" : "atEndOfTerm";
  return subscription.total > MOST_CANCELLED_ONLINE ? "reduceFirst" : "atOnce";
}

function hasBillingProfile(account: Account, { buyer, channel }: Subscription): boolean {
  return buyer !== "" || channel === "reseller" || latest(account.settings).agreement === "MCA";
}

function windowDays(account: Account, { channel }: Subscription): number {
  return channel === "reseller" ? (RESELLER_WINDOW_DAYS[account.country] ?? WINDOW_DAYS) : WINDOW_DAYS;
}
