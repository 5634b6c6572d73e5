import type { SelfServiceValue } from "@tollbook/contracts/command/product.ts";
import type { Account } from "../account/account.ts";
import type { Subscription } from "../subscription/subscription.ts";

/** SS-9: allowed unless the organisation said otherwise. */
export function selfServicePolicy(account: Account, product: string): SelfServiceValue {
  return account.selfServicePolicies.get(product) ?? "Enabled";
}

/** A member's own trial becomes a purchase only where purchases are allowed. */
export function mayBecomePaid(account: Account, { buyer, product }: Subscription): boolean {
  return buyer === "" || selfServicePolicy(account, product) === "Enabled";
}
