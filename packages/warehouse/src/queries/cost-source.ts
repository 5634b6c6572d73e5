import type { TimeUs } from "@tollbook/contracts/units.ts";
import type { Condition } from "./call-filter.ts";
import { scopeCondition } from "./account-scope.ts";
import { holder } from "./report-calls.ts";

/**
 * What costs money, as rows of one shape: every row of a call (a reversal carries its figures negated, so that sums come out
 * right whatever they sum) and every charge that is not a call (licences, proration, discounts). Buying credits is no cost
 * here: what they pay is.
 */

export const costDimensions = [
  "user",
  "department",
  "usageLocation",
  "destinationCountry",
  "destination",
  "direction",
  "callType",
  "capability",
  "subscription",
  "funding",
  "number",
  "service",
  "day",
  "week",
  "month",
] as const;
export type CostDimension = (typeof costDimensions)[number];
export const timeDimensions = ["day", "week", "month"] as const satisfies readonly CostDimension[];
export type TimeDimension = (typeof timeDimensions)[number];

export const isTimeDimension = (dimension: CostDimension): dimension is TimeDimension =>
  (timeDimensions as readonly CostDimension[]).includes(dimension);

/** CM-6. Of each list any value fits; an empty text stands for "none". */
export interface CostFilter {
  /** Start of the call or time of the charge, inclusive. */
  readonly from: TimeUs;
  /** Exclusive. */
  readonly to: TimeUs;
  readonly kinds: "all" | "usage" | "charges";
  readonly subscription?: readonly string[] | undefined;
  readonly usageLocation?: readonly string[] | undefined;
  readonly destinationCountry?: readonly string[] | undefined;
  readonly callType?: readonly string[] | undefined;
  readonly capability?: readonly string[] | undefined;
  readonly user?: readonly string[] | undefined;
  readonly department?: readonly string[] | undefined;
  readonly funding?: readonly string[] | undefined;
  readonly currency?: readonly string[] | undefined;
  readonly direction?: readonly string[] | undefined;
  readonly service?: readonly string[] | undefined;
}

const listFilters = [
  "subscription",
  "usageLocation",
  "destinationCountry",
  "callType",
  "capability",
  "user",
  "department",
  "funding",
  "currency",
  "direction",
  "service",
] as const satisfies readonly (keyof CostFilter)[];

/** Kinds of charges that are costs of their own. Credits bought and debt settled are paid for usage that is counted already. */
const chargeTypes = "('charge.licence', 'charge.proration', 'charge.discount')";

const callService =
  "multiIf(startsWith(call_type, 'conf_'), 'usage/conferencing', startsWith(call_type, 'ucap_') OR startsWith(call_type, 'unassigned_'), " +
  "'usage/voiceApplications', startsWith(call_type, 'dr_'), 'usage/directRouting', 'usage/calling')";

/** The other party's full number: grouped by what it is, masked only when it is shown (edge 26). */
const otherParty = "if(direction = 'inbound', if(from_e164 = '', from_raw, from_e164), if(to_e164 = '', to_raw, to_e164))";

/** A call by its segments where the funding source matters, else as a whole. Their amounts sum to the call's. */
function callRows(bySegment: boolean): string {
  const funding = bySegment
    ? "toString(segment.1) AS d_funding, if(segment.1 = '', amount_micros, segment.2) AS amount, if(segment.1 = '', pool_minutes, segment.3) AS minutes"
    : "'' AS d_funding, amount_micros AS amount, pool_minutes AS minutes";
  const join = bySegment
    ? "ARRAY JOIN if(empty(`segments.source`), [('', toInt64(0), toInt64(0))], arrayMap((source, money, minutes) -> (toString(source), money, minutes), `segments.source`, `segments.amount_micros`, `segments.minutes`)) AS segment"
    : "";
  return `SELECT start_at AS time, ${holder} AS d_user, toString(department) AS d_department, toString(usage_location) AS d_usageLocation,
      toString(destination_country) AS d_destinationCountry, toString(destination_name) AS d_destination, toString(direction) AS d_direction,
      toString(call_type) AS d_callType, toString(capability) AS d_capability, toString(subscription) AS d_subscription,
      toString(currency) AS d_currency, ${otherParty} AS d_number, ${callService} AS d_service, ${funding},
      if(entry = 'reversal', -1, 1) AS calls, billable_seconds AS seconds
    FROM rated_calls ${join} WHERE ${scopeCondition} AND outcome IN ('rated', 'voided')
      AND start_at >= fromUnixTimestamp64Micro({from:Int64}) AND start_at < fromUnixTimestamp64Micro({to:Int64})`;
}

const chargeRows = `SELECT at AS time, '' AS d_user, '' AS d_department, '' AS d_usageLocation, '' AS d_destinationCountry, '' AS d_destination,
    '' AS d_direction, '' AS d_callType, '' AS d_capability, if(type = 'charge.discount', '', subject) AS d_subscription,
    toString(currency) AS d_currency, '' AS d_number, if(type = 'charge.discount', 'discount', concat('subscription/', subject)) AS d_service,
    if(type = 'charge.discount', 'DISCOUNT', 'LICENCE') AS d_funding, amount_micros AS amount, toInt64(0) AS minutes, 0 AS calls, toInt64(0) AS seconds
  FROM account_events WHERE ${scopeCondition} AND type IN ${chargeTypes}
    AND at >= fromUnixTimestamp64Micro({from:Int64}) AND at < fromUnixTimestamp64Micro({to:Int64})`;

/** `FROM (…) WHERE …`: the rows of a filter. `bySegment` where a query groups by the funding source. */
export function costSource(filter: CostFilter, bySegment: boolean): Condition {
  const calls = callRows(bySegment || filter.funding !== undefined);
  const union = filter.kinds === "usage" ? calls : filter.kinds === "charges" ? chargeRows : `${calls} UNION ALL ${chargeRows}`;
  const parts = ["1"];
  const parameters: Record<string, unknown> = { from: filter.from, to: filter.to };
  for (const name of listFilters) {
    const values = filter[name];
    if (values === undefined) continue;
    parts.push(`has({${name}:Array(String)}, d_${name})`);
    parameters[name] = values;
  }
  return { sql: `FROM (${union}) WHERE ${parts.join(" AND ")}`, parameters };
}

/** A dimension as text: time dimensions as the date of the bucket's first UTC day; weeks begin on Monday. */
export function dimensionSql(dimension: CostDimension): string {
  return isTimeDimension(dimension) ? timeSql[dimension] : `d_${dimension}`;
}

const timeSql: Readonly<Record<TimeDimension, string>> = {
  day: "toString(toDate(time, 'UTC'))",
  week: "toString(toMonday(toDate(time, 'UTC')))",
  month: "toString(toStartOfMonth(toDate(time, 'UTC')))",
};
