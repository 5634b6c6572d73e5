import type { Actor } from "@tollbook/contracts/commands.ts";
import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { createBillingAccount, createBillingProfile } from "../billing/billing-account.ts";
import { refused } from "../command/outcome.ts";
import type { Refused } from "../command/outcome.ts";
import type { Fold } from "../fold-context.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { setEntry } from "../undo.ts";

/** A member by id, or by the address that he signs in with. */
export function findMember(account: Account, who: string): User | null {
  const byId = account.users.get(who);
  const user = byId ?? [...account.users.values()].find((one) => isSameMailbox(one.userPrincipalName, who));
  return user === undefined || user.removedAt !== 0 || user.kind !== "user" ? null : user;
}

/** People sign in with an address, which is a member's user principal name; the machinery itself may act for everybody. */
export function isThatMember(actor: Actor, user: User): boolean {
  if (actor.kind === "system") return true;
  return actor.kind === "person" && (actor.id === user.id || isSameMailbox(actor.id, user.userPrincipalName));
}

function isSameMailbox(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** SS-8: what a member bought for himself only he may change; null for who may, and for what the organisation bought. */
export function whyNotOwner(account: Account, { id, buyer }: Subscription, actor: Actor): Refused | null {
  if (buyer === "") return null;
  const user = account.users.get(buyer);
  if (user !== undefined && user.removedAt === 0 && isThatMember(actor, user)) return null;
  return refused("selfServiceOwned", `subscription: ${buyer} bought ${id}: take it over first`);
}

/** The billing profile of what the member bought before; null: he has bought nothing yet. */
export function profileOfBuyer(account: Account, buyer: string): string | null {
  for (const subscription of account.subscriptions.values()) if (subscription.buyer === buyer) return subscription.profile;
  return null;
}

/** SS-1: the buyer is billed himself: a billing account and profile of his own, so that nothing of it is on the organisation's. */
export function createBuyerProfile(fold: Fold, account: Account, user: User): string {
  const base = `self-${user.id.toLowerCase().replace(/[^a-z0-9-]/g, "-")}`.slice(0, 56);
  let id = base;
  for (let count = 2; account.billingProfiles.has(id) || account.billingAccounts.has(id); count++) id = `${base}-${count}`;
  setEntry(fold.undo, account.billingAccounts, id, createBillingAccount(id, user.displayName));
  setEntry(fold.undo, account.billingProfiles, id, createBillingProfile(id, id, user.displayName));
  return id;
}
