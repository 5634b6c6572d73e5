import type { OrderReview, OrderReviewRequest } from "@tollbook/contracts/product-views.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { taxOn, toMinorUnit } from "../billing/rounding.ts";
import { chargedMonths } from "../billing/licence-charges.ts";
import { addMonths } from "../calendar.ts";
import { findProduct, hasPayAsYouGo } from "../catalogue/product.ts";
import { planOrder } from "../command/subscription-commands-order.ts";
import { TRIAL_MONTHS } from "../command/subscription-commands.ts";
import { latest } from "../history.ts";
import type { PartitionState } from "../state.ts";
import { monthsOf } from "../subscription/life-cycle.ts";
import { asOf, money, time } from "./as-of.ts";

/** PG-2: what the order would come to, by the same rules that place it; with what hinders it, when something does. */
export function orderReview(state: PartitionState, account: Account, request: OrderReviewRequest): OrderReview {
  const now = nowOf(state, account);
  const plan = planOrder(account, request, null);
  const blocked = "code" in plan;
  const product = blocked ? findProduct(request.product) : plan.product;
  const trial = request.trial ?? false;
  const unitPriceMicros = blocked ? 0 : plan.unitPriceMicros;
  const months = chargedMonths(request);
  const free = trial || product?.unlimited === true;
  const amountMicros = free ? 0 : unitPriceMicros * request.licences * months;
  const termEndsAt = addMonths(now, trial ? TRIAL_MONTHS : monthsOf(request.term));
  const chargedTo = trial ? termEndsAt : addMonths(now, months);
  const renews = request.recurring ?? true;
  const profile = blocked ? null : plan.profile;
  return {
    asOf: asOf(state, account),
    hindrance: blocked ? { code: plan.code, detail: plan.detail } : null,
    product: request.product,
    productName: product?.name ?? "",
    licences: request.licences,
    term: request.term,
    billingFrequency: request.billingFrequency,
    trial,
    country: request.country ?? account.country,
    billingProfile: profile,
    currency: account.currency,
    unitPrice: money(unitPriceMicros),
    priceSource: blocked ? "none" : plan.priceSource,
    chargedNow: { amount: money(amountMicros), from: time(now), to: time(chargedTo) },
    nextCharge: nextCharge(unitPriceMicros * request.licences * months, chargedTo, termEndsAt, renews, free && !trial),
    termEndsAt: time(termEndsAt),
    renews,
    tax: taxOf(account, profile, amountMicros),
    next:
      !trial && product !== undefined && hasPayAsYouGo(product) && latest(account.settings).agreement === "MCA"
        ? ["enablePayAsYouGo"]
        : [],
  };
}

/** The first charge after this one: within the term always, after it when it is renewed (a trial: converted). */
function nextCharge(
  amountMicros: number,
  chargedTo: number,
  termEndsAt: number,
  renews: boolean,
  free: boolean,
): OrderReview["nextCharge"] {
  if (free || (chargedTo >= termEndsAt && !renews)) return null;
  return { amount: money(amountMicros), at: time(chargedTo) };
}

/** RT-4: in the United States and Puerto Rico prices include tax; the profile says which tax there is. */
function taxOf(account: Account, profile: string | null, amountMicros: number): OrderReview["tax"] {
  const tax = profile === null ? null : (account.billingProfiles.get(profile)?.tax ?? null);
  const included = tax?.inclusive ?? (account.country === "US" || account.country === "PR");
  const note = included ? "Prices include tax." : "Tax is added on the invoice.";
  if (tax === null) return { label: "", percent: "0", inclusive: included, amount: money(0), note };
  const { label, rateBasisPoints, inclusive } = tax;
  const amount = taxOn(toMinorUnit(amountMicros, account.currency), rateBasisPoints, inclusive, account.currency);
  return { label, percent: percentText(rateBasisPoints), inclusive, amount: money(amount), note };
}

/** 1950 to "19.5". */
function percentText(basisPoints: number): string {
  const whole = String(Math.floor(basisPoints / 100));
  const rest = String(basisPoints % 100)
    .padStart(2, "0")
    .replace(/0+$/, "");
  return rest === "" ? whole : `${whole}.${rest}`;
}
