import type { ClickHouseClient } from "@clickhouse/client";
import { timeUs, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows, type StoredRow } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/** What people of an account were told. */
export interface NoticeRow {
  readonly outSeq: number;
  /** The account's own time. */
  readonly at: TimeUs;
  /** A notice type of the contract. */
  readonly notice: string;
  readonly key: string;
  /** JSON: the notice's members, and `people`. */
  readonly data: string;
}

/** Those of the types named, and those that name `me`. Newest first; `before` is the out_seq that the page before ended at. */
export async function listNotices(
  client: ClickHouseClient,
  scope: AccountScope,
  {
    notices,
    me,
    before,
    limit,
  }: { readonly notices: readonly string[]; readonly me: string; readonly before: number | null; readonly limit: number },
): Promise<{ readonly rows: NoticeRow[]; readonly next: number | null }> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT out_seq, toUnixTimestamp64Micro(at) AS time, type, subject, data FROM account_events
      WHERE ${scopeCondition} AND startsWith(type, 'notice.') AND (type IN {types:Array(String)}
        OR has(JSONExtract(data, 'people', 'Array(String)'), {me:String})) AND out_seq < {before:UInt64}
      ORDER BY out_seq DESC LIMIT {limit:UInt32}`,
    {
      ...scopeParameters(scope),
      types: notices.map((notice) => `notice.${notice}`),
      // Nobody is called nothing.
      me: me === "" ? "-" : me,
      before: before ?? Number.MAX_SAFE_INTEGER,
      limit: limit + 1,
    },
  );
  const page = rows.slice(0, limit).map((row) => ({
    outSeq: integer(row["out_seq"]),
    at: timeUs(integer(row["time"])),
    notice: String(row["type"]).slice("notice.".length),
    key: String(row["subject"]),
    data: String(row["data"]),
  }));
  return { rows: page, next: rows.length > limit ? (page.at(-1)?.outSeq ?? null) : null };
}
