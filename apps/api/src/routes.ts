import type { App, Services } from "./services.ts";
import { registerAccounts } from "./accounts/accounts.ts";
import { registerApiKeys } from "./api-keys/api-keys.ts";
import { registerAuthorize } from "./authorize/authorize.ts";
import { registerCalls } from "./calls/calls.ts";
import { registerCommands } from "./commands/commands.ts";
import { registerBillingAccess } from "./members/billing-access.ts";
import { registerFocus } from "./cost/focus.ts";
import { registerCost } from "./cost/register.ts";
import { registerEvents } from "./events/events.ts";
import { registerGraph } from "./graph/register.ts";
import { registerInvoices } from "./invoices/invoices.ts";
import { registerLive } from "./live/live.ts";
import { registerInvitations } from "./members/invitations.ts";
import { registerMembers } from "./members/members.ts";
import { registerOidc } from "./oidc/oidc.ts";
import { registerOperation } from "./operation/operation.ts";
import { registerOutbox } from "./outbox/outbox-routes.ts";
import { openPeople } from "./reports/people.ts";
import { registerReports } from "./reports/register.ts";
import { registerSession } from "./session/session.ts";
import { registerTestClock } from "./test-clock/test-clock.ts";
import { registerViews } from "./views/views.ts";

/** Every route of the API, group by group. */
export async function registerRoutes(app: App, services: Services): Promise<void> {
  registerOperation(app, services);
  registerOutbox(app, services);
  registerTestClock(app, services);
  registerSession(app, services);
  registerOidc(app, services);
  await registerEvents(app, services);
  registerAuthorize(app, services);
  registerAccounts(app, services);
  registerApiKeys(app, services);
  registerMembers(app, services);
  registerInvitations(app, services);
  registerBillingAccess(app, services);
  registerCommands(app, services);
  registerViews(app, services);
  registerInvoices(app, services);
  registerFocus(app, services);
  registerLive(app, services);
  registerCalls(app, services);
  const people = openPeople(services);
  registerReports(app, services, people);
  registerCost(app, services, people);
  await registerGraph(app, services, people);
}
