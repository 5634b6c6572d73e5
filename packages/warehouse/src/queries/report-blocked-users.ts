import type { ClickHouseClient } from "@clickhouse/client";
import { timeUs, type TimeUs } from "@tollbook/contracts/units.ts";
import { integer, readRows } from "../tables.ts";
import { currentCallsCondition, scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";
import { holder } from "./report-calls.ts";

/** One change of UNBLOCKED ⇄ BLOCKED (domain §8.6, §11): a row of its own with an id of its own. */
export interface BlockChange {
  /** `event/<out_seq>` of people's, the fraud rules' and the spend limit's, `call/<out_seq>` where funding decided. */
  readonly id: string;
  readonly outSeq: number;
  readonly user: string;
  /** The user's own number, digits only; empty where unknown. */
  readonly number: string;
  readonly blocked: boolean;
  /** Of a block, and of the unblock that ends it. */
  readonly reason: string;
  readonly at: TimeUs;
}

/** §8.6 [R]: what stops a user for want of funds or a plan. The spend limit is a state of the fold, and an event of its own. */
const fundingReasons =
  "('poolExhausted', 'creditsExhausted', 'noCreditsLicense', 'payAsYouGoOff', 'subscriptionDisabled', 'noPlan')";

/** What people, the fraud rules and the spend limit decided, as the fold tells it. */
const decided = `SELECT concat('event/', toString(out_seq)) AS id, out_seq, subject AS user_id,
    replaceOne(JSONExtractString(data, 'phone'), '+', '') AS number, toUInt8(type = 'user.blocked') AS blocked,
    JSONExtractString(data, 'reason') AS reason, at AS time
  FROM account_events WHERE ${scopeCondition} AND type IN ('user.blocked', 'user.unblocked')`;

const within = "start_at >= fromUnixTimestamp64Micro({since:Int64}) AND start_at < fromUnixTimestamp64Micro({to:Int64})";
/** AC-5: of a conference's dial-out the organizer is the one who may not. */
const refused = `${holder} AS who, startsWith(call_type, 'conf_') AS conference`;
const inTurn =
  "OVER (PARTITION BY who, conference, destination_context ORDER BY start_at, out_seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";

/**
 * Funding: the first call of a user that is refused blocks, the next one that goes through unblocks; for domestic and
 * international calls and for conferences apart. The year before the range is looked at too, so that a page shows the same
 * rows in every range.
 */
const funded = `SELECT concat('call/', toString(out_seq)) AS id, out_seq, who AS user_id, if(conference, '', from_e164) AS number,
    toUInt8(is_block) AS blocked, toString(if(is_block, reason, before)) AS reason, start_at AS time
  FROM (
    SELECT out_seq, ${refused}, from_e164, reason, start_at, outcome = 'denied' AS is_block,
      lagInFrame(toString(reason), 1, '') ${inTurn} AS before, lagInFrame(toString(outcome), 1, '') ${inTurn} AS outcome_before
    FROM rated_calls WHERE ${currentCallsCondition} AND ${within} AND direction = 'outbound' AND who != '' AND NOT emergency
      AND NOT startsWith(call_type, 'dr_') AND who IN (SELECT who FROM (SELECT ${refused} FROM rated_calls
        WHERE ${scopeCondition} AND ${within} AND outcome = 'denied' AND reason IN ${fundingReasons}))
      AND ((outcome = 'denied' AND reason IN ${fundingReasons})
        OR (outcome = 'rated' AND reason = '' AND hasAny(\`segments.source\`, ['POOL', 'CREDITS', 'OVERAGE'])))
  ) WHERE is_block != (outcome_before = 'denied')`;

const changes = `SELECT id, out_seq, user_id, number, blocked, reason, toUnixTimestamp64Micro(time) AS time_us FROM (${decided} UNION ALL ${funded})
  WHERE time >= fromUnixTimestamp64Micro({from:Int64}) AND time < fromUnixTimestamp64Micro({to:Int64})`;

export interface BlockRange {
  /** As far back as the report's retention reaches. */
  readonly since: TimeUs;
  readonly from: TimeUs;
  readonly to: TimeUs;
}

export interface BlockCursor {
  readonly at: number;
  readonly id: string;
}

/** Newest first. */
export async function listBlockChanges(
  client: ClickHouseClient,
  scope: AccountScope,
  range: BlockRange,
  { after, limit }: { readonly after: BlockCursor | null; readonly limit: number },
): Promise<{ readonly rows: BlockChange[]; readonly next: BlockCursor | null }> {
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT * FROM (${changes}) ${after === null ? "" : "WHERE (time_us, id) < ({cursorAt:Int64}, {cursorId:String})"}
      ORDER BY time_us DESC, id DESC LIMIT {limit:UInt32}`,
    {
      ...scopeParameters(scope),
      ...range,
      ...(after === null ? {} : { cursorAt: after.at, cursorId: after.id }),
      limit: limit + 1,
    },
  );
  const page = rows.slice(0, limit).map(changeFromRow);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? { at: last.at, id: last.id } : null };
}

/** The chart: how many users were blocked on each UTC day. */
export async function usersBlockedPerDay(
  client: ClickHouseClient,
  scope: AccountScope,
  range: BlockRange,
): Promise<{ readonly day: TimeUs; readonly users: number }[]> {
  const rows = await readRows<Record<string, unknown>>(
    client,
    `SELECT intDiv(time_us, 86400000000) AS day, uniqExact(user_id) AS users FROM (${changes}) WHERE blocked = 1 GROUP BY day ORDER BY day`,
    { ...scopeParameters(scope), ...range },
  );
  return rows.map((row) => ({ day: timeUs(integer(row["day"]) * 86_400_000_000), users: integer(row["users"]) }));
}

function changeFromRow(row: Record<string, unknown>): BlockChange {
  return {
    id: String(row["id"]),
    outSeq: integer(row["out_seq"]),
    user: String(row["user_id"]),
    number: String(row["number"]),
    blocked: Number(row["blocked"]) === 1,
    reason: String(row["reason"]),
    at: timeUs(integer(row["time_us"])),
  };
}
