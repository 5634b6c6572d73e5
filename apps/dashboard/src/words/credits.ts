import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { CreditsView, LotView, PoolView, SubscriptionView } from "@tollbook/contracts/views.ts";

export const modeWords: Readonly<Record<CreditsView["mode"], MessageDescriptor>> = {
  NONE: msg`Not set up`,
  PREPAID: msg`Prepaid`,
  DRAINING: msg`Draining`,
  POSTPAID: msg`Post-usage billing`,
  STUCK_PREPAID: msg`Prepaid, cannot be topped up`,
  UNFUNDED: msg`Unfunded`,
};

/** What the mode means for the next call. */
export const modeExplained: Readonly<Record<CreditsView["mode"], MessageDescriptor>> = {
  NONE: msg`There are no credits yet. Calls outside the included minutes need credits or the pay-as-you-go option.`,
  PREPAID: msg`Calls outside the included minutes are paid from this balance. At zero they are refused until you top up.`,
  DRAINING: msg`What is left of the prepaid balance is used first. After that, calls are billed after use.`,
  POSTPAID: msg`Calls outside the included minutes are billed after use; no balance is needed.`,
  STUCK_PREPAID: msg`The balance can be used up, but the agreement or the country does not allow buying more.`,
  UNFUNDED: msg`Nothing pays for calls outside the included minutes; they are refused.`,
};

export const lotKindWords: Readonly<Record<LotView["kind"], MessageDescriptor>> = {
  topUp: msg`Top-up`,
  recharge: msg`Auto-recharge`,
  goodwill: msg`Goodwill`,
};

export const lotStateWords: Readonly<Record<LotView["state"], MessageDescriptor>> = {
  OPEN: msg`Open`,
  DEPLETED: msg`Used up`,
  EXPIRED: msg`Expired`,
};

export const rechargeStatusWords: Readonly<Record<CreditsView["autoRecharge"]["status"], MessageDescriptor>> = {
  IDLE: msg`Ready`,
  PENDING: msg`A payment is under way`,
  FAILED: msg`The last payment failed`,
  RETRYING: msg`The payment is being tried again`,
  SUSPENDED: msg`Suspended after repeated failure`,
};

export const poolKindWords: Readonly<Record<PoolView["kind"], MessageDescriptor>> = {
  domestic: msg`Domestic`,
  international: msg`International`,
  zoneA: msg`Zone A`,
};

export const subscriptionStateWords: Readonly<Record<SubscriptionView["state"], MessageDescriptor>> = {
  Active: msg`Active`,
  Expired: msg`Expired`,
  Disabled: msg`Disabled`,
  Deleted: msg`Deleted`,
};

/** The marks of the catalogue that say what can be bought how (PG-2). */
export const tagWords: Readonly<Record<string, MessageDescriptor>> = {
  "PAY-AS-YOU-GO AVAILABLE": msg`Pay-as-you-go available`,
  "PAY-AS-YOU-GO": msg`Pay-as-you-go`,
};

/** Why the option cannot be switched: the API says it in English. */
export const unavailableWords: Readonly<Record<string, MessageDescriptor>> = {
  "A trial has no pay-as-you-go option.": msg`A trial has no pay-as-you-go option.`,
  "The option needs a Microsoft Customer Agreement.": msg`The option needs a Microsoft Customer Agreement.`,
  "This product has no pay-as-you-go option.": msg`This product has no pay-as-you-go option.`,
};

export const ledgerKindWords: Readonly<Record<string, MessageDescriptor>> = {
  call: msg`Call`,
  "call.reversal": msg`Call reversed`,
  "call.replacement": msg`Call corrected`,
  "command.credits.topUp": msg`Top-up`,
  "command.payment.result": msg`Paid by card`,
  "command.credits.goodwill": msg`Goodwill`,
  "command.credits.approveGoodwill": msg`Goodwill`,
  "charge.creditDebt": msg`Debt moved to the invoice`,
  "credits.expired": msg`Expired`,
};

export const termWords: Readonly<Record<string, MessageDescriptor>> = {
  P1M: msg`1 month`,
  P1Y: msg`1 year`,
  P3Y: msg`3 years`,
};

export const frequencyWords: Readonly<Record<string, MessageDescriptor>> = {
  monthly: msg`billed monthly`,
  annual: msg`billed annually`,
};
