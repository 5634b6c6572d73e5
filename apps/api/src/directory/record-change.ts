import { randomUUID } from "node:crypto";
import type { Actor, CommandData } from "@tollbook/contracts/commands.ts";
import { commandsSubject } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { LogClient } from "../log/log-client.ts";

/**
 * Architecture §3: a change of the directory is also an audit event. It goes into the account's log before the directory is
 * changed, so that there is no change without its audit; nobody waits for the fold, because roles must be taken away also while
 * the meter is away. Resolves with the position; rejects with ApiProblem `logUnreachable`, and then nothing may be changed.
 */
export async function recordChange(
  log: LogClient,
  account: AccountId,
  actor: Actor,
  data: CommandData<"directory.changed">,
): Promise<number> {
  const command = { commandId: randomUUID(), type: "directory.changed", actor, data };
  return (await log.publish(commandsSubject(account), JSON.stringify(command))).seq;
}
