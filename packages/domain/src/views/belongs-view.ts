import type { BelongsView, ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { Account } from "../account/account.ts";
import type { PartitionState } from "../state.ts";
import { asOf } from "./as-of.ts";

type Kind = Extract<ViewRequest, { view: "belongs" }>["kind"];

/** Which billing profile and billing account something is in, and who bought it for himself: for roles that hold there only. */
export function belongsView(state: PartitionState, account: Account, kind: Kind, id: string): ViewAnswer {
  const found = kind === "billingAccount" ? billingAccountOf(account, id) : profileThatHolds(account, kind, id);
  if (found === null) return { error: "unknownSubject", detail: `${kind} ${id}` };
  const buyer = kind === "subscription" ? (account.subscriptions.get(id)?.buyer ?? "") : "";
  return {
    asOf: asOf(state, account),
    ...found,
    buyer,
    buyerPrincipalName: account.users.get(buyer)?.userPrincipalName ?? "",
  };
}

type Place = Pick<BelongsView, "billingProfile" | "billingAccount">;
const whole: Place = { billingProfile: "", billingAccount: "" };

function billingAccountOf(account: Account, id: string): Place | null {
  return account.billingAccounts.has(id) ? { billingProfile: "", billingAccount: id } : null;
}

function profileThatHolds(account: Account, kind: Exclude<Kind, "billingAccount">, id: string): Place | null {
  switch (kind) {
    case "billingProfile":
      return placeOf(account, id);
    case "subscription":
      return placeOf(account, account.subscriptions.get(id)?.profile);
    case "invoice":
      return placeOf(account, account.invoices.get(id)?.profile ?? account.drafts.get(id)?.profile);
    case "payment": {
      const payment = account.payments.get(id);
      if (payment === undefined) return null;
      // Recharges and top-ups are the organisation's.
      return payment.purpose === "invoice" ? profileThatHolds(account, "invoice", payment.subject) : whole;
    }
  }
}

function placeOf(account: Account, profile: string | undefined): Place | null {
  const found = profile === undefined ? undefined : account.billingProfiles.get(profile);
  return found === undefined ? null : { billingProfile: found.id, billingAccount: found.billingAccount };
}
