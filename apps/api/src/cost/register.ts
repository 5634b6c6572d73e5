import type { PeopleOf } from "../reports/people.ts";
import type { ReportServices } from "../reports/report-services.ts";
import type { App, Services } from "../services.ts";
import { registerCostAnomalies } from "./cost-anomalies.ts";
import { registerCostComparison } from "./cost-comparison.ts";
import { registerCostForecast } from "./cost-forecast.ts";
import { registerCostReport } from "./cost-report.ts";
import { registerCostServices } from "./cost-services.ts";

/** Cost management (domain §3.3): explore, services, comparison, forecast, anomalies. */
export function registerCost(
  app: App,
  { reports, clickhouse, settled, log, now }: Pick<Services, "reports" | "clickhouse" | "settled" | "log" | "now">,
  people: PeopleOf,
): void {
  const services: ReportServices = { reports, clickhouse, settled, log, now, people };
  registerCostReport(app, services);
  registerCostServices(app, services);
  registerCostComparison(app, services);
  registerCostForecast(app, services);
  registerCostAnomalies(app, services);
}
