import type { Account } from "../account/account.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { CallRow } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { MAIN } from "./billing-account.ts";
import { accrue, draftFor, profileOf } from "./draft.ts";

/** What decides on which line a call's overage stands. */
export type OverageFacts = Pick<CallRow, "callType" | "startAt" | "poolMonth" | "destinationCountry" | "destinationName">;

/** Where it was put: `invoice` and `invoiceLine` of the call's row. */
export interface OnInvoice {
  readonly invoice: string;
  readonly invoiceLine: string;
}

export const notInvoiced: OnInvoice = { invoice: "", invoiceLine: "" };

/**
 * Puts a call's overage on the invoice of its period (PG-5), or takes it off again (negative amounts), by subscription and
 * destination. Once the period is closed it is an adjustment on the invoice that accrues now (§12.5, edge 5).
 */
export function invoiceOverage(
  fold: Fold,
  account: Account,
  subscription: Subscription | null,
  facts: OverageFacts,
  amountMicros: number,
  billedSeconds: number,
): OnInvoice {
  const sign = amountMicros < 0 ? -1 : 1;
  const profile = profileOf(account, subscription === null ? MAIN : subscription.profile);
  const { draft, late } = draftFor(fold, account, profile, facts.startAt);
  const kind = late ? "adjustment" : subscription === null ? "unfunded" : "overage";
  const service = serviceOf(facts.callType);
  const id = subscription === null ? "" : subscription.id;
  const { destinationCountry: country, destinationName: destination } = facts;
  const line = [kind, ...(late ? [String(facts.poolMonth)] : []), id, service, country, destination].join("|");
  accrue(
    fold,
    draft,
    {
      line,
      kind,
      subscription: id,
      product: subscription === null ? "" : subscription.product,
      description: service,
      destination,
      country,
      from: draft.from,
      to: draft.to,
      unitPriceMicros: null,
    },
    { quantity: sign, calls: sign, billedSeconds: sign * billedSeconds, amountMicros, rows: 1 },
  );
  return { invoice: draft.id, invoiceLine: line };
}

/** The services that an invoice tells apart: calling, conferencing, voice applications, numbers of the organisation. */
function serviceOf(callType: CallRow["callType"]): "calling" | "conferencing" | "voiceApplication" | "serviceNumber" {
  const { payer } = callTypeRules[callType];
  if (payer === "organizer") return "conferencing";
  if (payer === "resourceAccount") return "voiceApplication";
  return payer === "tenant" ? "serviceNumber" : "calling";
}
