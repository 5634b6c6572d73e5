import type { App, Services } from "./services.ts";
import { registerAccounts } from "./accounts/accounts.ts";
import { registerApiKeys } from "./api-keys/api-keys.ts";
import { registerAuthorize } from "./authorize/authorize.ts";
import { registerCalls } from "./calls/calls.ts";
import { registerCommands } from "./commands/commands.ts";
import { registerEvents } from "./events/events.ts";
import { registerLive } from "./live/live.ts";
import { registerOperation } from "./operation/operation.ts";
import { registerSession } from "./session/session.ts";
import { registerViews } from "./views/views.ts";

/** Every route of the API, group by group. */
export async function registerRoutes(app: App, services: Services): Promise<void> {
  registerOperation(app, services);
  registerSession(app, services);
  await registerEvents(app, services);
  registerAuthorize(app, services);
  registerAccounts(app, services);
  registerApiKeys(app, services);
  registerCommands(app, services);
  registerViews(app, services);
  registerLive(app, services);
  registerCalls(app, services);
}
