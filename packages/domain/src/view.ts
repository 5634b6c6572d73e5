import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { DeckSource } from "./fold.ts";
import type { PartitionState } from "./state.ts";
import { belongsView } from "./views/belongs-view.ts";
import { billingView } from "./views/billing-view.ts";
import { budgetsView } from "./views/budgets-view.ts";
import { creditsView } from "./views/credits-view.ts";
import { invoicesView, invoiceView } from "./views/invoices-view.ts";
import { legView, liveCallsView } from "./views/leg-views.ts";
import { poolsView } from "./views/pool-view.ts";
import { reconciliationView } from "./views/reconciliation-view.ts";
import { numbersView } from "./views/numbers-view.ts";
import { selfServiceView } from "./views/self-service-view.ts";
import { catalogueView } from "./views/subscription-view-catalogue.ts";
import { subscriptionDetails } from "./views/subscription-view-details.ts";
import { orderReview } from "./views/subscription-view-order.ts";
import { subscriptionsView } from "./views/subscription-view.ts";
import { settingsView } from "./views/settings-view.ts";
import { summaryView } from "./views/summary-view.ts";
import { usersView, userView } from "./views/user-view.ts";
import { whyView } from "./views/why-view.ts";

/** Answers a view request from the state; pure, at most 200 rows (architecture §4). Money is a decimal string, time RFC 3339. `decks`: those in force, for `why`. */
export function view(
  state: PartitionState,
  account: string,
  request: ViewRequest,
  decks: DeckSource = { get: () => undefined },
): ViewAnswer {
  const found = state.accounts.get(account);
  if (found === undefined) return { error: "unknownAccount", detail: account };
  switch (request.view) {
    case "summary":
      return summaryView(state, found);
    case "pools":
      return poolsView(state, found, request.user ?? null, request.summed ?? false);
    case "credits":
      return creditsView(state, found);
    case "subscriptions":
      return subscriptionsView(state, found, request);
    case "subscription":
      return subscriptionDetails(state, found, request.subscription);
    case "catalogue":
      return catalogueView(state, found);
    case "orderReview":
      return orderReview(state, found, request);
    case "selfService":
      return selfServiceView(state, found, request.buyer ?? null);
    case "numbers":
      return numbersView(state, found, request.after ?? null);
    case "why":
      return whyView(state, found, request, decks);
    case "users":
      return usersView(state, found, request.after ?? null, request.limit ?? 200);
    case "user":
      return userView(state, found, request.user);
    case "belongs":
      return belongsView(state, found, request.kind, request.id);
    case "settings":
      return settingsView(state, found);
    case "budgets":
      return budgetsView(state, found);
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
