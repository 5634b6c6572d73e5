import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { PartitionState } from "./state.ts";
import { billingView } from "./views/billing-view.ts";
import { creditsView } from "./views/credits-view.ts";
import { invoicesView, invoiceView } from "./views/invoices-view.ts";
import { legView, liveCallsView } from "./views/leg-views.ts";
import { poolsView } from "./views/pool-view.ts";
import { reconciliationView } from "./views/reconciliation-view.ts";
import { subscriptionsView } from "./views/subscription-view.ts";
import { summaryView } from "./views/summary-view.ts";
import { usersView, userView } from "./views/user-view.ts";

/** Answers a view request from the state; pure, at most 200 rows (architecture §4). Money is a decimal string, time RFC 3339. */
export function view(state: PartitionState, account: string, request: ViewRequest): ViewAnswer {
  const found = state.accounts.get(account);
  if (found === undefined) return { error: "unknownAccount", detail: account };
  switch (request.view) {
    case "summary":
      return summaryView(state, found);
    case "pools":
      return poolsView(state, found, request.user ?? null);
    case "credits":
      return creditsView(state, found);
    case "subscriptions":
      return subscriptionsView(state, found);
    case "users":
      return usersView(state, found, request.after ?? null, request.limit ?? 200);
    case "user":
      return userView(state, found, request.user);
    case "liveCalls":
      return liveCallsView(state, found);
    case "leg":
      return legView(state, found, request.usageId);
    case "billing":
      return billingView(state, found);
    case "invoices":
      return invoicesView(state, found, request);
    case "invoice":
      return invoiceView(state, found, request.invoice, request.after ?? 0);
    case "reconciliation":
      return reconciliationView(state, found, request.hours ?? 24);
  }
}
