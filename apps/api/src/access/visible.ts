import type { BillingView } from "@tollbook/contracts/billing-views.ts";
import type { BelongsView, PoolView, SubscriptionsView, SummaryView } from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import { askMeter } from "../ask-meter.ts";
import type { LogClient } from "../log/log-client.ts";
import type { Permission } from "./permissions.ts";
import { accountOf, heldOf, principalOf } from "./principal.ts";

/** §10, Global reader: totals of the organisation yes, a person's own pool no. */
export function withoutPersonalPools<View extends SummaryView | { readonly pools: readonly PoolView[] }>(
  request: FastifyRequest,
  view: View,
): View {
  if (heldOf(request).everywhere("readPerUserUsage")) return view;
  return { ...view, pools: view.pools.filter(({ user }) => user === null) };
}

/**
 * The subscriptions that he who asks may see: all; those of his billing accounts and profiles; what he bought for himself.
 * Names of people only for those who may read them, or for the buyer.
 */
export async function visibleSubscriptions(
  request: FastifyRequest,
  log: LogClient,
  { subscriptions, ...view }: SubscriptionsView,
): Promise<SubscriptionsView> {
  const held = heldOf(request);
  const all = held.everywhere("readProducts");
  const names = held.everywhere("readUsers") || held.everywhere("assignLicences");
  if (all && names) return { ...view, subscriptions };
  const seen: SubscriptionsView["subscriptions"] = [];
  for (const one of subscriptions) {
    const place = await askBelongs(request, log, one.subscription);
    const own = place !== null && isBuyer(request, place);
    if (!all && !own && !(place !== null && inPlace(request, "readProducts", place))) continue;
    seen.push(names || own ? one : { ...one, assignedUsers: [] });
  }
  return { ...view, subscriptions: seen };
}

/** Billing accounts and profiles that a role is given for, with the cards and payments that are theirs. */
export function visibleBilling(request: FastifyRequest, view: BillingView): BillingView {
  const held = heldOf(request);
  if (held.everywhere("readBilling")) return view;
  const billingProfiles = view.billingProfiles.filter((one) => held.inProfile("readBilling", one.profile, one.billingAccount));
  const profiles = new Set(billingProfiles.map(({ profile }) => profile));
  const billingAccounts = new Set(billingProfiles.map(({ billingAccount }) => billingAccount));
  const seen = (method: string): boolean => billingProfiles.some(({ paymentMethod }) => paymentMethod === method);
  return {
    ...view,
    billingProfiles,
    billingAccounts: view.billingAccounts.filter(
      ({ billingAccount }) => billingAccounts.has(billingAccount) || held.inBillingAccount("readBilling", billingAccount),
    ),
    paymentMethods: view.paymentMethods
      .filter(({ method }) => seen(method))
      .map((one) => ({ ...one, usedBy: one.usedBy.filter((profile) => profiles.has(profile)) })),
    // Which invoice a payment is for is not told here, so only those who see all of them see payments.
    payments: [],
  };
}

/** Bought by him who asks, for himself (SS-1). */
export function isBuyer(request: FastifyRequest, { buyer, buyerPrincipalName }: BelongsView): boolean {
  const principal = principalOf(request);
  if (principal.kind !== "person" || !heldOf(request).anywhere("ownSubscriptions")) return false;
  return [buyer, buyerPrincipalName].some((name) => sameMailbox(name, principal.person.email));
}

function sameMailbox(name: string, email: string): boolean {
  return name !== "" && name.toLowerCase() === email.toLowerCase();
}

function inPlace(request: FastifyRequest, permission: Permission, { billingProfile, billingAccount }: BelongsView): boolean {
  return heldOf(request).inProfile(permission, billingProfile, billingAccount);
}

async function askBelongs(request: FastifyRequest, log: LogClient, id: string): Promise<BelongsView | null> {
  return (await askMeter(log, accountOf(request), { view: "belongs", kind: "subscription", id }).catch(
    () => null,
  )) as BelongsView | null;
}
