import type { Account } from "../account/account.ts";
import { latest } from "../history.ts";
import { isPayAsYouGoOn } from "../subscription/subscription.ts";
import type { Credits } from "./credits.ts";

export type CreditMode = "NONE" | "PREPAID" | "DRAINING" | "POSTPAID" | "STUCK_PREPAID" | "UNFUNDED";

/** CC-14: how the account pays for what its plans do not include, as it stands now. */
export function creditMode(account: Account, now: number): CreditMode {
  const { credits } = account;
  if (latest(account.settings).agreement !== "MCA")
    return credits.lots.length === 0 && credits.balanceMicros === 0 ? "NONE" : "PREPAID";
  if (latest(credits.autoRecharge).on) return "STUCK_PREPAID";
  if (credits.balanceMicros > 0) return "DRAINING";
  for (const subscription of account.subscriptions.values()) if (isPayAsYouGoOn(subscription, now)) return "POSTPAID";
  return "UNFUNDED";
}

/** §11. */
export function creditState(credits: Credits): "NONE" | "ACTIVE" | "LOW" | "ZERO" {
  if (credits.lots.length === 0 && credits.balanceMicros === 0) return "NONE";
  if (credits.balanceMicros <= 0) return "ZERO";
  return credits.balanceMicros <= latest(credits.autoRecharge).triggerMicros ? "LOW" : "ACTIVE";
}
