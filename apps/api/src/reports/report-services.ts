import { timeUs, type AccountId, type TimeUs } from "@tollbook/contracts/units.ts";
import type { Services } from "../services.ts";
import type { People, PeopleOf } from "./people.ts";

/** What the routes of reports are made of. */
export type ReportServices = Pick<Services, "reports" | "clickhouse" | "settled" | "log" | "now"> & { readonly people: PeopleOf };

/** The account's own time: ours, unless it has a test clock. */
export function nowUs({ now }: Pick<ReportServices, "now">, { clockOffsetUs }: Pick<People, "clockOffsetUs">): TimeUs {
  return timeUs(now().getTime() * 1000 + clockOffsetUs);
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
