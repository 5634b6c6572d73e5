import * as z from "zod/mini";
import { accountCommands } from "./command/account.ts";
import { callCommands } from "./command/call.ts";
import { costCommands } from "./command/cost.ts";
import { moneyCommands } from "./command/money.ts";
import { productCommands } from "./command/product.ts";
import { userCommands } from "./command/user.ts";

/**
 * Commands as they stand in the log (contract §3), by family in `command/`. The API sets `actor`; nothing else may publish them.
 */

/** The data of each command type. */
export const commandData = {
  ...accountCommands,
  ...userCommands,
  ...productCommands,
  ...moneyCommands,
  ...callCommands,
  ...costCommands,
} as const;

export type CommandType = keyof typeof commandData;
export const commandTypes = Object.keys(commandData) as CommandType[];
export type CommandData<T extends CommandType> = z.infer<(typeof commandData)[T]>;

/** Who gave a command: set by the API, kept in the audit. */
export interface Actor {
  kind: "person" | "key" | "system";
  id: string;
  roles: string[];
}

/** A command whose data were checked against its schema. */
export type Command = {
  [T in CommandType]: { commandId: string; type: T; actor: Actor; data: CommandData<T> };
}[CommandType];

const envelope = z.object({
  commandId: z.string().check(z.minLength(1), z.maxLength(128)),
  type: z.enum(commandTypes as [CommandType, ...CommandType[]]),
  actor: z.object({ kind: z.enum(["person", "key", "system"]), id: z.string(), roles: z.array(z.string()) }),
  data: z.unknown(),
});

/** Checks a parsed JSON value; the detail names the first field that is wrong. */
export function decodeCommand(
  value: unknown,
): { ok: true; command: Command } | { ok: false; commandId: string | null; detail: string } {
  const outer = envelope.safeParse(value);
  if (!outer.success) return { ok: false, commandId: null, detail: firstIssue(outer.error.issues) };
  const { commandId, type, actor, data } = outer.data;
  const inner = commandData[type].safeParse(data);
  if (!inner.success) return { ok: false, commandId, detail: firstIssue(inner.error.issues) };
  // The schema chosen by `type` has just accepted `data`, which the type system cannot follow through the index.
  return { ok: true, command: { commandId, type, actor, data: inner.data } as Command };
}

function firstIssue(issues: readonly { path: PropertyKey[]; message: string; keys?: readonly string[] }[]): string {
  const issue = issues[0];
  if (issue === undefined) return "malformed";
  const [unknown] = issue.keys ?? [];
  if (unknown !== undefined) return `${[...issue.path, unknown].join(".")}: there is no such field`;
  return `${issue.path.length > 0 ? issue.path.join(".") : "command"}: ${issue.message}`;
}
