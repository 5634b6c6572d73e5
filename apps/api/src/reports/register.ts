import type { App, Services } from "../services.ts";
import { registerBlockedUsers } from "./blocked-users.ts";
import { registerCallsExport } from "./calls-export.ts";
import { registerDialOut } from "./dial-out.ts";
import { registerDirectRouting } from "./direct-routing.ts";
import { registerMinutePools } from "./minute-pools.ts";
import type { PeopleOf } from "./people.ts";
import { registerPstnUsage } from "./pstn-usage.ts";
import type { ReportServices } from "./report-services.ts";

/** Every report of domain §8. */
export function registerReports(
  app: App,
  { reports, clickhouse, settled, log, now }: Pick<Services, "reports" | "clickhouse" | "settled" | "log" | "now">,
  people: PeopleOf,
): void {
  const services: ReportServices = { reports, clickhouse, settled, log, now, people };
  registerPstnUsage(app, services);
  registerDirectRouting(app, services);
  registerCallsExport(app, services);
  registerMinutePools(app, services);
  registerBlockedUsers(app, services);
  registerDialOut(app, services);
}
