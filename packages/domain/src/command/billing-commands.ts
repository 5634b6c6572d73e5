import type { Tax } from "../billing/billing-account.ts";
import { createBillingAccount, createBillingProfile, MAIN, prefixOf } from "../billing/billing-account.ts";
import type { Account } from "../account/account.ts";
import { refreshMethod, expiryOf } from "../billing/payment-method.ts";
import type { PaymentMethod } from "../billing/payment-method.ts";
import { closeDrafts } from "../billing/close.ts";
import { payerOf, retryPaymentsOf } from "../billing/payment.ts";
import { isTimeZone } from "../calendar.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { change, deleteEntry, setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";

/** Creates a billing account or changes what is given. */
export const setBillingAccount: Handler<"billingAccount.set"> = (fold, account, data) => {
  const { undo } = fold;
  let billing = account.billingAccounts.get(data.billingAccount);
  const { numberPrefix } = data;
  // A series is gapless only under one name.
  if (billing !== undefined && billing.nextNumber > 1 && numberPrefix !== undefined && numberPrefix !== billing.prefix)
    return refused("seriesInUse", `numberPrefix: invoices have been numbered with ${billing.prefix}`);
  const prefix = numberPrefix ?? billing?.prefix ?? prefixOf(data.billingAccount);
  for (const other of account.billingAccounts.values())
    if (other !== billing && other.prefix === prefix)
      return refused("invalidCommand", `numberPrefix: the numbers of ${other.id} begin with ${prefix}`);
  if (billing === undefined) {
    billing = createBillingAccount(data.billingAccount, data.displayName ?? data.billingAccount);
    setEntry(undo, account.billingAccounts, billing.id, billing);
  }
  if (data.displayName !== undefined) change(undo, billing, "displayName", data.displayName);
  if (data.soldTo !== undefined) change(undo, billing, "soldTo", data.soldTo);
  if (numberPrefix !== undefined) change(undo, billing, "prefix", numberPrefix);
  return accepted(billing.id);
};

/** Creates a billing profile or changes what is given. Day of month and zone are fixed once something accrues on it. */
export const setBillingProfile: Handler<"billingProfile.set"> = (fold, account, data) => {
  const { undo } = fold;
  const known = account.billingProfiles.get(data.profile);
  const billingAccount = data.billingAccount ?? known?.billingAccount ?? MAIN;
  if (!account.billingAccounts.has(billingAccount)) return refused("unknownBillingAccount", `billingAccount: ${billingAccount}`);
  const anchorDay = data.anchorDay ?? known?.anchorDay ?? 1;
  const timeZone = data.timeZone ?? known?.timeZone ?? "UTC";
  if (!isTimeZone(timeZone)) return refused("invalidCommand", `timeZone: no zone of the IANA database is called ${timeZone}`);
  let profile = known;
  const fixed =
    known !== undefined &&
    (known.anchorDay !== anchorDay || known.timeZone !== timeZone || known.billingAccount !== billingAccount);
  if (fixed && isUsed(account, known.id))
    return refused("profileInUse", "billingAccount, anchorDay, timeZone: invoices exist or accrue on it");
  if (profile === undefined || fixed) {
    const made = createBillingProfile(
      data.profile,
      billingAccount,
      data.displayName ?? known?.displayName ?? data.profile,
      anchorDay,
      timeZone,
    );
    profile = known === undefined ? made : { ...known, billingAccount, anchorDay, timeZone };
    setEntry(undo, account.billingProfiles, profile.id, profile);
  }
  if (data.displayName !== undefined) change(undo, profile, "displayName", data.displayName);
  if (data.billTo !== undefined) change(undo, profile, "billTo", data.billTo);
  if (data.purchaseOrder !== undefined) change(undo, profile, "purchaseOrder", data.purchaseOrder);
  if (data.netDays !== undefined) change(undo, profile, "netDays", data.netDays);
  if (data.emailPdf !== undefined) change(undo, profile, "emailPdf", data.emailPdf);
  if (data.tax !== undefined) change(undo, profile, "tax", data.tax === null ? null : taxFrom(data.tax));
  if (data.discount !== undefined) {
    const discount =
      data.discount === null
        ? null
        : { label: data.discount.label, basisPoints: basisPoints(data.discount.percent), on: data.discount.on };
    change(undo, profile, "discount", discount);
  }
  return accepted(profile.id);
};

function isUsed(account: Account, profile: string): boolean {
  return [...account.drafts.values(), ...account.invoices.values()].some((one) => one.profile === profile);
}

function taxFrom({ label, percent, inclusive }: { label: string; percent: string; inclusive?: boolean | undefined }): Tax {
  return { label, rateBasisPoints: basisPoints(percent), inclusive: inclusive ?? false };
}

/** "19.5" to 1950; the schema lets two decimals at most through. */
function basisPoints(percent: string): number {
  const [whole = "0", fraction = ""] = percent.split(".");
  return Number(whole) * 100 + Number(fraction.padEnd(2, "0"));
}

/** PM-1: a card by its provider's token; its number never comes here. */
export const addPaymentMethod: Handler<"paymentMethod.add"> = (fold, account, data) => {
  if (account.paymentMethods.has(data.method)) return refused("invalidCommand", `method: ${data.method} exists already`);
  // PM-2: issued in the organisation's country.
  if (data.country !== account.country)
    return refused("methodNotAccepted", `country: the card must be issued in ${account.country}`);
  if (expiryOf(data.expires) <= fold.now) return refused("methodNotAccepted", "expires: it has expired");
  const method: PaymentMethod = {
    id: data.method,
    provider: data.provider,
    token: data.token,
    brand: data.brand,
    last4: data.last4,
    expires: data.expires,
    holder: data.holder,
    country: data.country,
    address: data.address ?? null,
    state: "VALID",
    refreshAt: 0,
  };
  setEntry(fold.undo, account.paymentMethods, method.id, method);
  refreshMethod(fold, account, method);
  return accepted(method.id);
};

/** PM-1: security code (by a new token), expiry, name and address may change; another number is another card: replace it. */
export const editPaymentMethod: Handler<"paymentMethod.edit"> = (fold, account, data) => {
  const method = account.paymentMethods.get(data.method);
  if (method === undefined) return refused("unknownPaymentMethod", `method: ${data.method}`);
  if (data.expires !== undefined && expiryOf(data.expires) <= fold.now)
    return refused("methodNotAccepted", "expires: it has expired");
  const { undo } = fold;
  if (data.token !== undefined) change(undo, method, "token", data.token);
  if (data.expires !== undefined) change(undo, method, "expires", data.expires);
  if (data.holder !== undefined) change(undo, method, "holder", data.holder);
  if (data.address !== undefined) change(undo, method, "address", data.address);
  change(undo, method, "state", "VALID");
  refreshMethod(fold, account, method);
  retryPaymentsOf(fold, account, method.id);
  return accepted(method.id);
};

/** PM-2: swapped for everything that uses it; the old one stays. */
export const replacePaymentMethod: Handler<"paymentMethod.replace"> = (fold, account, data) => {
  for (const field of ["method", "by"] as const)
    if (!account.paymentMethods.has(data[field])) return refused("unknownPaymentMethod", `${field}: ${data[field]}`);
  if (data.method === data.by) return refused("invalidCommand", "by: another method is needed");
  const profiles = useInstead(fold, account, data.method, data.by);
  retryPaymentsOf(fold, account, data.by);
  return accepted(data.by, { profiles });
};

/** Every profile and every payment that is not done uses `by` from now on. */
export function useInstead(fold: Fold, account: Account, method: string, by: string): number {
  let profiles = 0;
  for (const profile of account.billingProfiles.values()) {
    if (profile.paymentMethod !== method) continue;
    change(fold.undo, profile, "paymentMethod", by);
    profiles++;
  }
  for (const payment of account.payments.values()) {
    if (payment.method === method && (payment.status === "RETRYING" || payment.status === "SUSPENDED"))
      change(fold.undo, payment, "method", by);
  }
  return profiles;
}

/** PM-2: only when attached to nothing. */
export const deletePaymentMethod: Handler<"paymentMethod.delete"> = (fold, account, data) => {
  if (!account.paymentMethods.has(data.method)) return refused("unknownPaymentMethod", `method: ${data.method}`);
  const user = [...account.billingProfiles.values()].find((profile) => profile.paymentMethod === data.method);
  if (user !== undefined) return refused("methodInUse", `method: the billing profile ${user.id} uses it: replace it there first`);
  const waiting = [...account.payments.values()].find(
    ({ method, status }) => method === data.method && status !== "SUCCEEDED" && status !== "ABANDONED" && status !== "SUSPENDED",
  );
  if (waiting !== undefined) return refused("methodInUse", `method: the payment ${waiting.id} waits for it`);
  deleteEntry(fold.undo, account.paymentMethods, data.method);
  return accepted(data.method);
};

/** The method of a billing profile; null: invoices are paid by transfer. What waited for a method is tried at once. */
export const setProfileMethod: Handler<"billingProfile.setPaymentMethod"> = (fold, account, data) => {
  const profile = account.billingProfiles.get(data.profile);
  if (profile === undefined) return refused("unknownBillingProfile", `profile: ${data.profile}`);
  if (data.method !== null && !account.paymentMethods.has(data.method))
    return refused("unknownPaymentMethod", `method: ${data.method}`);
  const before = profile.paymentMethod;
  change(fold.undo, profile, "paymentMethod", data.method ?? "");
  if (data.method !== null) {
    for (const payment of account.payments.values()) {
      // Other profiles that had the same, or none either, keep theirs.
      if (payerOf(account, payment) !== profile.id || payment.method !== before) continue;
      if (payment.status === "RETRYING" || payment.status === "SUSPENDED") change(fold.undo, payment, "method", data.method);
    }
    retryPaymentsOf(fold, account, data.method);
  }
  return accepted(profile.id, { paymentMethod: data.method });
};

/** Edge 25: the open periods end now, new ones begin in the new currency. Amounts are never converted. */
export const setCurrency: Handler<"account.currency"> = (fold, account, data) => {
  if (data.currency === account.currency) return accepted(account.id, { currency: data.currency });
  const hindrance = whyNotAnotherCurrency(account);
  if (hindrance !== null) return hindrance;
  const { credits, payments } = account;
  // A top-up that failed is not tried again by itself, and not in the old currency at all.
  for (const payment of payments.values())
    if (payment.purpose === "topUp" && payment.status === "SUSPENDED") change(fold.undo, payment, "status", "ABANDONED");
  // What was forfeited in the old currency is not brought back in the new one by a call that comes late.
  for (const lot of credits.lots) change(fold.undo, lot, "forfeitedMicros", 0);
  change(fold.undo, credits, "lastTopUpMicros", 0);
  closeDrafts(fold, account);
  change(fold.undo, account, "currency", data.currency as Account["currency"]);
  return accepted(account.id, { currency: data.currency });
};

/** Edge 25: whatever would turn an amount of the old currency into one of the new. */
function whyNotAnotherCurrency({ credits, currency, legs, payments, goodwillProposals }: Account): Refused | null {
  const no = (why: string): Refused => refused("creditsInOtherCurrency", `currency: ${why}`);
  const held = credits.debtMicros !== 0 || credits.lots.some(({ remainingMicros }) => remainingMicros !== 0);
  if (held || credits.reservedMicros !== 0) return no(`the credits hold money in ${currency}`);
  if (legs.size > 0) return refused("callsRunning", `currency: calls are running that hold ${currency}`);
  for (const { id, purpose, status } of payments.values()) {
    const isDone = status === "SUCCEEDED" || status === "ABANDONED" || (purpose === "topUp" && status === "SUSPENDED");
    if (purpose !== "invoice" && !isDone) return no(`the payment ${id} for credits in ${currency} is not done`);
  }
  if (latest(credits.autoRecharge).on) return no(`auto-recharge is set in ${currency}: switch it off first`);
  const proposal = [...goodwillProposals.keys()][0];
  return proposal === undefined ? null : no(`the goodwill credit ${proposal} in ${currency} waits for a second person`);
}
