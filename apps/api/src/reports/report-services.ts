import { timeUs, type AccountId, type TimeUs } from "@tollbook/contracts/units.ts";
import type { Services } from "../services.ts";
import type { PeopleOf } from "./people.ts";

/** What the routes of reports are made of. */
export type ReportServices = Pick<Services, "reports" | "clickhouse" | "settled" | "log" | "now"> & { readonly people: PeopleOf };

export function nowUs({ now }: Pick<ReportServices, "now">): TimeUs {
  return timeUs(now().getTime() * 1000);
}

/** Waits for a position if one is named, then says how fresh what follows is. */
export async function freshness(
  { reports }: Pick<ReportServices, "reports">,
  account: AccountId,
  after: string | undefined,
): Promise<string | null> {
  await reports.settle(account, after);
  return reports.dataUntil(account);
}
