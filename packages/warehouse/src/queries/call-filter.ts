import type { FundingSource } from "@tollbook/contracts/answers.ts";
import type { TimeUs } from "@tollbook/contracts/units.ts";
import type { LegOutcome } from "@tollbook/domain/fold.ts";

/** Which calls a list, its totals, an export or a chart is about; everything absent: all. */
export interface CallFilter {
  /** Start of the leg, inclusive. */
  readonly from?: TimeUs | undefined;
  /** Start of the leg, exclusive. */
  readonly to?: TimeUs | undefined;
  readonly user?: string | undefined;
  readonly callType?: string | undefined;
  readonly direction?: "inbound" | "outbound" | undefined;
  readonly country?: string | undefined;
  readonly funding?: FundingSource | undefined;
  readonly outcome?: LegOutcome | undefined;
  /** A leg's or call's id, the beginning of a user's id, or digits of a number as far as they are shown. */
  readonly search?: string | undefined;
  /** How many last digits of the other party's number the reader may not see; they must not be found by searching either. */
  readonly hiddenDigits: number;
  /** People have pseudonyms: neither their ids nor their own numbers are to be found by searching. */
  readonly hidesPeople?: boolean | undefined;
}

export interface Condition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The other party's number is the caller's of an inbound leg and the callee's of an outbound one (domain §8.4). */
const shown = (column: string, hiddenWhen: "inbound" | "outbound"): string =>
  `if(direction = '${hiddenWhen}', substring(${column}, 1, greatest(length(${column}) - {hiddenDigits:UInt8}, 0)), ${column})`;

const search =
  "(usage_id = {search:String} OR call_id = {search:String} OR startsWith(user, {search:String}) OR " +
  `(length({digits:String}) >= 3 AND (position(${shown("from_e164", "inbound")}, {digits:String}) > 0 OR ` +
  `position(${shown("to_e164", "outbound")}, {digits:String}) > 0)))`;
const searchOfOthers =
  "(usage_id = {search:String} OR call_id = {search:String} OR (length({digits:String}) >= 3 AND " +
  `position(if(direction = 'inbound', ${shown("from_e164", "inbound")}, ${shown("to_e164", "outbound")}), {digits:String}) > 0))`;

/** `AND …` for each part of the filter. Values travel only as bound parameters. */
export function filterCondition(filter: CallFilter): Condition {
  const parts: string[] = [];
  const parameters: Record<string, unknown> = {};
  const add = (name: string, value: unknown, sql: string): void => {
    if (value === undefined) return;
    parts.push(sql);
    parameters[name] = value;
  };
  add("from", filter.from, "start_at >= fromUnixTimestamp64Micro({from:Int64})");
  add("to", filter.to, "start_at < fromUnixTimestamp64Micro({to:Int64})");
  add("user", filter.user, "user = {user:String}");
  add("callType", filter.callType, "call_type = {callType:String}");
  add("direction", filter.direction, "direction = {direction:String}");
  add("country", filter.country, "destination_country = {country:String}");
  add("funding", filter.funding, "entry != 'reversal' AND has(`segments.source`, {funding:String})");
  add("outcome", filter.outcome, "outcome = {outcome:String}");
  if (filter.search !== undefined) {
    parameters["hiddenDigits"] = filter.hiddenDigits;
    parameters["digits"] = filter.search.replaceAll(/[^0-9]/g, "");
    add("search", filter.search, filter.hidesPeople === true ? searchOfOthers : search);
  }
  return { sql: parts.map((part) => ` AND ${part}`).join(""), parameters };
}
