import { commandData, type CommandType } from "@tollbook/contracts/commands.ts";

/** What a command touches, where roles are given for parts of the account. */
export interface CommandSubject {
  readonly kind: "subscription" | "invoice" | "payment" | "billingProfile" | "billingAccount";
  readonly id: string;
}

/**
 * From the data as they came, before they were checked: everything named must be within reach of the role. Empty: the account
 * as a whole (credits, users, settings), for which a role of one billing profile says nothing.
 */
export function subjectsOf(type: CommandType, data: Readonly<Record<string, unknown>>): readonly CommandSubject[] {
  // The subscription is new; what is there already is the profile that will pay for it.
  if (type === "subscription.buy") return [{ kind: "billingProfile", id: named(data, "profile") ?? "main" }];
  return members.flatMap(([member, kind]) => {
    // What the command does not know is refused by its schema later, and must not lend it a subject now.
    const id = member in commandData[type].shape ? named(data, member) : null;
    return id === null ? [] : [{ kind, id }];
  });
}

function named(data: Readonly<Record<string, unknown>>, member: string): string | null {
  const value = data[member];
  return typeof value === "string" && value !== "" ? value : null;
}

const members = [
  ["profile", "billingProfile"],
  ["invoice", "invoice"],
  ["payment", "payment"],
  ["subscription", "subscription"],
  ["billingAccount", "billingAccount"],
] as const;
