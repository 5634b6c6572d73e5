import type { SelfServiceView } from "@tollbook/contracts/product-views.ts";
import type { Account } from "../account/account.ts";
import { findProduct } from "../catalogue/product.ts";
import { products } from "../catalogue/products.ts";
import { latest } from "../history.ts";
import { selfServicePolicy } from "../self-service/policy.ts";
import type { PartitionState } from "../state.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

type Purchase = SelfServiceView["products"][number]["purchases"][number];

/** Users named per purchase, and lines of its history: an answer has a size. */
const MOST_NAMES = 100;
const MOST_LINES = 12;

/** SS-7: what members bought for themselves, by product; `buyer`: only his. Newest first, Deleted ones too. */
export function selfServiceView(state: PartitionState, account: Account, buyer: string | null): SelfServiceView {
  const bought = [...account.subscriptions.values()]
    .filter((one) => one.buyer !== "" && (buyer === null || isHis(account, one, buyer)))
    .reverse()
    .slice(0, MOST_ROWS);
  const ids = [...new Set(bought.map(({ product }) => product))];
  return {
    asOf: asOf(state, account),
    products: ids.map((product) =>
      productOf(
        account,
        product,
        bought.filter((one) => one.product === product),
      ),
    ),
    policies: products
      .filter(({ selfService }) => selfService)
      .map(({ id, name }) => ({ product: id, productName: name, policy: selfServicePolicy(account, id) })),
  };
}

/** By id or by the address that he signs in with. */
function isHis(account: Account, { buyer }: Subscription, who: string): boolean {
  return buyer === who || account.users.get(buyer)?.userPrincipalName.toLowerCase() === who.toLowerCase();
}

function productOf(account: Account, product: string, bought: readonly Subscription[]): SelfServiceView["products"][number] {
  const purchases = bought.map((one) => purchaseOf(account, one));
  const buyers = [...new Set(bought.map(({ buyer }) => buyer))];
  return {
    product,
    productName: findProduct(product)?.name ?? product,
    policy: selfServicePolicy(account, product),
    subscriptionsBought: purchases.length,
    licences: purchases.reduce((sum, { licences, state }) => sum + (state === "Deleted" ? 0 : licences), 0),
    available: purchases.reduce((sum, { available }) => sum + available, 0),
    purchases,
    users: buyers.map((buyer) => ({
      buyer,
      buyerName: account.users.get(buyer)?.displayName ?? buyer,
      users: bought
        .filter((one) => one.buyer === buyer)
        .flatMap(({ assigned }) => assigned)
        .slice(0, MOST_NAMES),
    })),
  };
}

function purchaseOf(account: Account, subscription: Subscription): Purchase {
  const user = account.users.get(subscription.buyer);
  const state = latest(subscription.states);
  return {
    subscription: subscription.id,
    buyer: subscription.buyer,
    buyerName: user?.displayName ?? subscription.buyer,
    buyerLeft: user === undefined || user.removedAt !== 0,
    state,
    trial: subscription.trial,
    licences: subscription.total,
    available: state === "Active" ? Math.max(0, subscription.total - subscription.assigned.length) : 0,
    expiresAt: state === "Deleted" ? null : time(subscription.termTo),
    price: money(subscription.trial ? 0 : subscription.unitPriceMicros),
    currency: subscription.currency,
    assignedUsers: subscription.assigned.slice(0, MOST_NAMES),
    orders: ordersOf(subscription).slice(-MOST_LINES),
  };
}

export function ordersOf({ orders }: Subscription): Purchase["orders"] {
  return orders.map(({ at, kind, licences, unitPriceMicros }) => ({
    at: time(at),
    kind,
    licences,
    price: money(unitPriceMicros),
  }));
}
