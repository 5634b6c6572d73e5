import { BlockedUsersReport, type BlockedUserRow } from "@tollbook/contracts/reports.ts";
import { formatTime, type AccountId, type TimeUs } from "@tollbook/contracts/units.ts";
import {
  listBlockChanges,
  usersBlockedPerDay,
  type BlockChange,
  type BlockRange,
} from "@tollbook/warehouse/queries/report-blocked-users.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { withoutPlus } from "../csv-cells.ts";
import { guidOf } from "../graph/uuid5.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { CSV_TYPE, csvAnswer, csvQuery, csvStyle, csvText, NO_DATA, orNoData, sendFile, type CsvColumn } from "./download.ts";
import { bindingOf, decodePlace, encodePlace, limitOf, pageQuery } from "./page-cursor.ts";
import type { People } from "./people.ts";
import { dateOf, daysOf, earliestOf, rangeFromQuery, rangeQuery, rangeText, type RangeValues } from "./report-range.ts";
import { freshness, nowUs, type ReportServices } from "./report-services.ts";

const EXPORT_PAGE = 1000;

/** §8.6: each time somebody was blocked or unblocked, by whom or by what. */
export function registerBlockedUsers(app: App, services: ReportServices): void {
  const { reports, people: peopleOf } = services;
  app.get(
    "/v1/accounts/:account/reports/blocked-users",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "getBlockedUsersReport",
        tags: ["Reports"],
        summary: "PSTN blocked users: each block and unblock, newest first, with the chart",
        description:
          "An administrator's blocks, those for suspected fraud and by a spend limit; and blocks for want of funds or a plan, which begin with the first " +
          "call refused for it and end with the next that goes through, for domestic and international calls apart.",
        params: AccountParams,
        querystring: z.strictObject({ ...rangeQuery, ...pageQuery, after: afterSeq }),
        response: { 200: BlockedUsersReport, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const now = nowUs(services, people);
      const range = blockRange(query, now);
      const binding = bindingOf(account, "blocked", query.range, query.from, query.to);
      const place = decodePlace(query.cursor, binding, [0, ""]);
      const after = place === null ? null : { at: Number(place[0]), id: String(place[1]) };
      const dataUntil = await freshness(services, account, query.after);
      const [page, days] = await reports.read(
        account,
        async (client, scope) =>
          await Promise.all([
            listBlockChanges(client, scope, range, { after, limit: limitOf(query.limit) }),
            usersBlockedPerDay(client, scope, range),
          ]),
      );
      const blockedOn = new Map(days.map(({ day, users }) => [dateOf(day), users]));
      return {
        generatedAt: formatTime(now),
        dataUntil,
        range: rangeText(range),
        chart: daysOf(range, now).map((date) => ({ date, usersBlocked: blockedOn.get(date) ?? 0 })),
        rows: page.rows.map((change) => rowOf(account, change, people)),
        next: page.next === null ? null : encodePlace([page.next.at, page.next.id], binding),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/reports/blocked-users.csv",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "exportBlockedUsersReport",
        tags: ["Reports"],
        summary: "The blocked users report as CSV, newest first",
        produces: ["text/csv"],
        params: AccountParams,
        querystring: z.strictObject({ ...rangeQuery, ...csvQuery, after: afterSeq }),
        response: csvAnswer,
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const people = await peopleOf.of(account);
      const range = blockRange(request.query, nowUs(services, people));
      await freshness(services, account, request.query.after);
      const chunks = csvText(columns, allChanges(account, range, people), csvStyle(request.query));
      return await sendFile(reply, { type: CSV_TYPE, name: `blocked-users-${account}.csv` }, chunks);
    },
  );

  async function* allChanges(account: AccountId, range: BlockRange, people: People): AsyncGenerator<BlockedUserRow[]> {
    for (let after: { at: number; id: string } | null = null; ;) {
      const place = after;
      const page: Awaited<ReturnType<typeof listBlockChanges>> = await reports.read(
        account,
        async (client, scope) => await listBlockChanges(client, scope, range, { after: place, limit: EXPORT_PAGE }),
      );
      yield page.rows.map((change) => rowOf(account, change, people));
      if (page.next === null) return;
      after = page.next;
    }
  }
}

export function blockRange(query: RangeValues, now: TimeUs): BlockRange {
  const since = earliestOf("pstn", now);
  return { since, ...rangeFromQuery(query, now, since) };
}

export function rowOf(account: string, change: BlockChange, people: People): BlockedUserRow {
  const person = people.person(change.user);
  const own = people.pseudonymised ? "" : person?.number || (change.number === "" ? "" : `+${change.number}`);
  return {
    remediationId: guidOf(account, "block", change.id),
    user: person?.id ?? "",
    displayName: person?.displayName ?? null,
    phone: own === "" ? null : own,
    blockedReason: change.reason,
    blockedAction: change.blocked ? "blocked" : "unblocked",
    blockedTime: formatTime(change.at),
  };
}

/** §8.6, in its order and words. */
const columns: readonly CsvColumn<BlockedUserRow>[] = [
  { name: "Display name", cell: (row) => orNoData(row.displayName) },
  { name: "Phone", cell: (row) => (row.phone === null ? NO_DATA : withoutPlus(row.phone)) },
  { name: "Blocked reason", cell: (row) => row.blockedReason },
  { name: "Blocked action", cell: (row) => row.blockedAction },
  { name: "Blocked time (UTC)", cell: (row) => row.blockedTime },
];
