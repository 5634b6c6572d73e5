import type { ClickHouseClient } from "@clickhouse/client";
import { parseMicros, type AccountId } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { callColumns, callRowFromRow } from "../rated-calls.ts";
import { integer, readRows, readSettings, selectList, type StoredRow } from "../tables.ts";
import { currentCallsCondition, scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";
import { filterCondition, type CallFilter } from "./call-filter.ts";

/** A year of a large organisation; a longer read is cut by whoever waits for it. */
const MAX_SECONDS = 600;

/** The whole rows that stand, oldest first, as they come from the disk: a million are never in memory at once. */
export async function* streamStandingRows(
  client: ClickHouseClient,
  scope: AccountScope,
  filter: CallFilter,
): AsyncGenerator<readonly CallRow[]> {
  const { sql, parameters } = filterCondition(filter);
  const result = await client.query({
    query: `SELECT ${selectList(callColumns)} FROM rated_calls WHERE ${currentCallsCondition}${sql} ORDER BY start_at, out_seq`,
    query_params: { ...scopeParameters(scope), ...parameters },
    format: "JSONEachRow",
    clickhouse_settings: { ...readSettings, max_execution_time: MAX_SECONDS },
  });
  try {
    for await (const rows of result.stream<StoredRow>()) yield rows.map((row) => callRowFromRow(row.json()));
  } finally {
    result.close();
  }
}

/** A job as its audit tells it: what `rerate.start` set out to do, what became of its calls, whether it has finished. */
export interface RerateAudit {
  readonly job: string;
  /** The command's data, as JSON. */
  readonly start: string;
  readonly startedAtUs: number;
  readonly startedBy: string;
  /** The result of `rerate.finish`, as JSON; empty while it runs. */
  readonly finish: string;
  readonly changed: number;
  readonly refused: number;
  readonly differenceMicros: number;
  /** Calls that came out otherwise than the dry run said. */
  readonly deviations: readonly Deviation[];
}

export interface Deviation {
  readonly usageId: string;
  readonly version: number;
  readonly expected: string;
  /** The difference that was booked; empty when it was refused. */
  readonly difference: string;
  readonly code: string;
  readonly detail: string;
}

const DEVIATIONS_SHOWN = 200;

const ofJob = `${scopeCondition} AND JSONExtractString(data, 'command', 'job') = {job:String}`;

/** Null when no such job is settled. */
export async function readRerate(client: ClickHouseClient, scope: AccountScope, job: string): Promise<RerateAudit | null> {
  const parameters = { ...scopeParameters(scope), job };
  const [heads, calls] = await Promise.all([
    readRows<StoredRow>(
      client,
      `SELECT type, toUnixTimestamp64Micro(log_time) AS at_us, actor_id, JSONExtractRaw(data, 'command') AS command
        FROM account_events WHERE ${ofJob} AND type IN ('command.rerate.start', 'command.rerate.finish') AND outcome = 'accepted'
        ORDER BY out_seq`,
      parameters,
    ),
    readRows<StoredRow>(
      client,
      `SELECT JSONExtractString(data, 'command', 'usageId') AS usage_id, JSONExtractUInt(data, 'command', 'version') AS version,
          JSONExtractString(data, 'command', 'expected') AS expected, outcome, JSONExtractString(data, 'result', 'difference') AS difference,
          JSONExtractString(data, 'code') AS code, JSONExtractString(data, 'detail') AS detail
        FROM account_events WHERE ${ofJob} AND type = 'command.call.rerate' ORDER BY out_seq`,
      parameters,
    ),
  ]);
  const start = heads.find(({ type }) => type === "command.rerate.start");
  if (start === undefined) return null;
  let changed = 0;
  let refused = 0;
  let differenceMicros = 0;
  const deviations: Deviation[] = [];
  const done = new Set(calls.filter(({ outcome }) => outcome === "accepted").map(nameOf));
  for (const call of calls) {
    const { outcome, expected, difference } = call as Record<"outcome" | "expected" | "difference", string>;
    if (outcome === "accepted") {
      changed++;
      differenceMicros += parseMicros(difference) ?? 0;
    } else if (done.has(nameOf(call))) {
      // Asked for again because its answer was late: it had been done.
      continue;
    } else refused++;
    if (outcome === "accepted" && parseMicros(difference) === parseMicros(expected)) continue;
    if (deviations.length < DEVIATIONS_SHOWN) deviations.push(deviationFromRow(call));
  }
  return {
    job,
    start: start["command"] as string,
    startedAtUs: integer(start["at_us"]),
    startedBy: start["actor_id"] as string,
    finish: (heads.find(({ type }) => type === "command.rerate.finish")?.["command"] as string | undefined) ?? "",
    changed,
    refused,
    differenceMicros,
    deviations,
  };
}

const nameOf = (row: StoredRow): string => `${String(row["usage_id"])}\n${String(row["version"])}`;

function deviationFromRow(row: StoredRow): Deviation {
  const text = (name: string): string => row[name] as string;
  return {
    usageId: text("usage_id"),
    version: integer(row["version"]),
    expected: text("expected"),
    difference: text("difference"),
    code: text("code"),
    detail: text("detail"),
  };
}

/** Jobs of a partition that were begun and have neither finished nor written anything for a while: whoever ran them is gone. */
export async function abandonedRerates(
  client: ClickHouseClient,
  { p, settledBatch, quietUs }: { readonly p: number; readonly settledBatch: number; readonly quietUs: number },
): Promise<readonly { readonly account: AccountId; readonly job: string }[]> {
  return await readRows<{ account: AccountId; job: string }>(
    client,
    `SELECT account, JSONExtractString(data, 'command', 'job') AS job FROM account_events
      WHERE p = {p:UInt16} AND batch <= {settledBatch:UInt64} AND log_time > now64(6) - INTERVAL 30 DAY
        AND type IN ('command.rerate.start', 'command.rerate.finish', 'command.call.rerate')
      GROUP BY account, job
      HAVING countIf(type = 'command.rerate.start' AND outcome = 'accepted') > 0 AND countIf(type = 'command.rerate.finish') = 0
        AND toUnixTimestamp64Micro(max(log_time)) < toUnixTimestamp64Micro(now64(6)) - {quietUs:Int64}`,
    { p, settledBatch, quietUs },
  );
}
