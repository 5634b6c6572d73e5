import type { Actor, CommandData } from "@tollbook/contracts/commands.ts";
import { parseMicros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import type { User } from "../account/user.ts";
import { MAIN } from "../billing/billing-account.ts";
import { findProduct, listPrice, whyNotSold } from "../catalogue/product.ts";
import type { Product } from "../catalogue/product.ts";
import { latest } from "../history.ts";
import { resourceAccountQuota, resourceAccountsBought } from "../numbers/quota.ts";
import { findMember, isThatMember, profileOfBuyer } from "../self-service/buyer.ts";
import { selfServicePolicy } from "../self-service/policy.ts";
import { refused } from "./outcome.ts";
import type { Refused } from "./outcome.ts";

/** What is asked for; a review asks the same without a name for the subscription. */
export type OrderRequest = Omit<CommandData<"subscription.buy">, "subscription">;

/** An order that can be placed. */
export interface OrderPlan {
  readonly product: Product;
  readonly country: string;
  /** Null: a profile of the buyer's own is made. */
  readonly profile: string | null;
  readonly unitPriceMicros: number;
  /** `none`: the catalogue has no price in this currency and none was agreed, so it costs nothing. */
  readonly priceSource: "list" | "agreed" | "none";
  readonly trial: boolean;
  readonly buyer: string;
}

/** PG-2, PG-3, CP-3 to CP-5, SB-3, SS-1, SS-9, RA-1: the order as it would be placed, or why it cannot. `actor` null: only looked at. */
export function planOrder(account: Account, data: OrderRequest, actor: Actor | null): OrderPlan | Refused {
  const product = findProduct(data.product);
  if (product === undefined) return refused("unknownProduct", `product: ${data.product}`);
  const { agreement } = latest(account.settings);
  const unsold = whyNotSold(product, { country: account.country, agreement }, data.country ?? null);
  if (unsold !== null)
    return refused("productNotAvailable", `${data.country === undefined ? "product" : "product, country"}: ${unsold}`);
  if (data.billingFrequency === "annual" && data.term === "P1M")
    return refused("invalidCommand", "billingFrequency: annual needs a term of at least a year (PG-3)");
  const trial = data.trial ?? false;
  const buyer = data.buyer === undefined ? null : findMember(account, data.buyer);
  const hindrance =
    (trial ? whyNoTrial(account, product) : null) ??
    (data.buyer === undefined ? null : whyNotForHimself(account, product, data, buyer, actor)) ??
    whyBeyondQuota(account, product, data.licences);
  if (hindrance !== null) return hindrance;
  const profile = buyer === null ? (data.profile ?? MAIN) : profileOfBuyer(account, buyer.id);
  if (profile !== null && !account.billingProfiles.has(profile)) return refused("unknownBillingProfile", `profile: ${profile}`);
  const agreed = data.unitPrice === undefined ? null : parseMicros(data.unitPrice);
  if (data.unitPrice !== undefined && (agreed === null || agreed < 0))
    return refused("amountOutOfRange", "unitPrice: not negative");
  const list = listPrice(product, account.currency);
  return {
    product,
    country: data.country ?? account.country,
    profile,
    unitPriceMicros: agreed ?? list ?? 0,
    priceSource: agreed !== null ? "agreed" : list !== null ? "list" : "none",
    trial,
    buyer: buyer?.id ?? "",
  };
}

/** SB-3: one trial per product and organisation. */
export function whyNoTrial(account: Account, product: Product): Refused | null {
  if (!product.trial) return refused("trialNotOffered", `trial: ${product.name} cannot be tried`);
  for (const { startedAsTrial, product: tried, id } of account.subscriptions.values())
    if (startedAsTrial && tried === product.id)
      return refused("trialNotOffered", `trial: ${id} was the trial of ${product.name}`);
  return null;
}

/** SS-1: not offered in India. */
const NO_SELF_SERVICE_IN = new Set(["IN"]);

/** SS-1, SS-9: why a member cannot buy it for himself. */
export function whyNotForHimself(
  account: Account,
  product: Product,
  data: Pick<OrderRequest, "buyer" | "trial" | "paymentMethod" | "profile" | "unitPrice">,
  buyer: User | null,
  actor: Actor | null,
): Refused | null {
  if (buyer === null) return refused("unknownUser", `buyer: ${data.buyer ?? ""}`);
  if (actor !== null && !isThatMember(actor, buyer))
    return refused("forbidden", `buyer: only ${buyer.id} may buy for ${buyer.id}`);
  if (!product.selfService || NO_SELF_SERVICE_IN.has(account.country))
    return refused("selfServiceNotOffered", `product: ${product.name} is bought by the organisation`);
  if (data.profile !== undefined || data.unitPrice !== undefined)
    return refused("invalidCommand", "profile, unitPrice: a member pays himself, at the list price");
  const policy = selfServicePolicy(account, product.id);
  const trial = data.trial ?? false;
  if (policy === "Disabled") return refused("selfServiceDisabled", `product: ${product.name} is not allowed`);
  if (policy === "OnlyTrialsWithoutPaymentMethod" && (!trial || data.paymentMethod !== undefined))
    return refused("selfServiceDisabled", `product: only trials of ${product.name} without a payment method are allowed`);
  return whyNoCard(account, data.paymentMethod, profileOfBuyer(account, buyer.id), trial);
}

/** SS-1: a credit card of his own, which is a payment method that no other profile uses; a trial needs none. */
function whyNoCard(account: Account, method: string | undefined, profile: string | null, trial: boolean): Refused | null {
  const own = profile === null ? "" : (account.billingProfiles.get(profile)?.paymentMethod ?? "");
  const id = method ?? own;
  if (id === "") return trial ? null : refused("paymentMethodNeeded", "paymentMethod: a credit card of the buyer's own");
  const card = account.paymentMethods.get(id);
  if (card === undefined) return refused("unknownPaymentMethod", `paymentMethod: ${id}`);
  if (card.state === "EXPIRED") return refused("methodNotAccepted", `paymentMethod: ${id} has expired`);
  for (const other of account.billingProfiles.values())
    if (other.id !== profile && other.paymentMethod === id)
      return refused("methodNotAccepted", `paymentMethod: ${id} is not the buyer's own`);
  return null;
}

/** RA-1: resource-account licences have a quota; `more` on top of what was bought. */
export function whyBeyondQuota(account: Account, product: Product, more: number): Refused | null {
  if (product.kind !== "resourceAccount" || more <= 0) return null;
  const left = resourceAccountQuota(account) - resourceAccountsBought(account);
  return more > left ? refused("quotaExceeded", `${Math.max(0, left)} more resource-account licences are allowed (RA-1)`) : null;
}
