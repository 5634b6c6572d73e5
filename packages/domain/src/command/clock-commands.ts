import { formatTime, timeUs, US_PER_SECOND } from "@tollbook/contracts/units.ts";
import type { CommandData } from "@tollbook/contracts/commands.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import type { Fold } from "../fold-context.ts";
import { runClock } from "../tick.ts";
import type { Guarded } from "../tick.ts";
import { accepted, refused } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Moves an account's test clock: what falls due meanwhile happens first, each at its own time and each rolled back on its own
 * when it fails, so this runs outside of the command's own roll-back.
 */
export function advanceClock(fold: Fold, account: Account, data: CommandData<"clock.advance">, guarded: Guarded): Outcome {
  if (account.clock === null) return refused("noTestClock", `account: ${account.id} goes by the clock of the log`);
  runClock(fold, account, nowOf(fold.state, account) + data.seconds * US_PER_SECOND, guarded);
  return accepted(account.id, { now: formatTime(timeUs(nowOf(fold.state, account))) });
}
