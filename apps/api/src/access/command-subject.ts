import type { CommandType } from "@tollbook/contracts/commands.ts";

/** What a command touches, where roles are given for parts of the account. */
export interface CommandSubject {
  readonly kind: "subscription" | "invoice" | "payment" | "billingProfile" | "billingAccount";
  readonly id: string;
}

/**
 * From the data as they came, before they were checked. Null: the account as a whole (credits, users, settings), for which a
 * role of one billing profile says nothing.
 */
export function subjectOf(type: CommandType, data: Readonly<Record<string, unknown>>): CommandSubject | null {
  const named = (member: string): string | null => {
    const value = data[member];
    return typeof value === "string" && value !== "" ? value : null;
  };
  // The subscription is new; what is there already is the profile that will pay for it.
  if (type === "subscription.buy") return { kind: "billingProfile", id: named("profile") ?? "main" };
  for (const [member, kind] of members) {
    const id = named(member);
    if (id !== null) return { kind, id };
  }
  return null;
}

const members = [
  ["profile", "billingProfile"],
  ["invoice", "invoice"],
  ["payment", "payment"],
  ["subscription", "subscription"],
  ["billingAccount", "billingAccount"],
] as const;
