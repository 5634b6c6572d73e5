import type { ClickHouseClient } from "@clickhouse/client";
import { formatMicros, formatTime, micros, parseTime } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import { reprice } from "@tollbook/domain/leg/reprice.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import type { AccountScope } from "@tollbook/warehouse/queries/account-scope.ts";
import { streamStandingRows } from "@tollbook/warehouse/queries/rerate.ts";
import { ApiProblem } from "../problem.ts";
import { skipReasons, type RerateReport, type RerateRequest, type SkipReason } from "./rerate-schemas.ts";

/** A call that the deck prices otherwise: what a commit asks the fold to do. */
export interface PlannedCall {
  readonly usageId: string;
  readonly version: number;
  readonly differenceMicros: number;
}

/** The dry run: nothing is changed, nothing is asked of the meter. */
export interface ReratePlan {
  readonly report: RerateReport;
  readonly differenceMicros: number;
  readonly calls: readonly PlannedCall[];
}

export interface PlanOptions {
  readonly client: ClickHouseClient;
  readonly scope: AccountScope;
  readonly currency: string;
  readonly dataUntil: string | null;
  readonly deck: RateDeck;
  readonly request: RerateRequest;
}

interface Sums {
  calls: number;
  changed: number;
  old: number;
  new: number;
}

/** More than these in one go would not fit into an answer, nor into a person's judgement. */
const MAX_CALLS = 1_000_000;
const GROUPS_SHOWN = 1000;
const LARGEST_SHOWN = 20;

/**
 * Prices every settled call that stands once more, by the functions that the fold uses, and sums the difference. Included minutes
 * stay as they were funded; what cannot be priced anew is counted by its reason.
 */
export async function planRerate(options: PlanOptions): Promise<ReratePlan> {
  const { client, scope, deck, request, currency } = options;
  const total: Sums = { calls: 0, changed: 0, old: 0, new: 0 };
  const destinations = new Map<string, Sums>();
  const users = new Map<string, Sums>();
  const skipped = new Map<SkipReason, number>();
  const free = { calls: 0, micros: 0 };
  const calls: PlannedCall[] = [];
  let largest: { row: CallRow; amountMicros: number }[] = [];
  const skip = (why: SkipReason): void => void skipped.set(why, (skipped.get(why) ?? 0) + 1);

  const add = (row: CallRow): void => {
    if (row.currency !== currency && row.amountMicros !== 0) return skip("otherCurrency");
    const priced = reprice(row, deck);
    if (priced.kind === "refused") return skip(priced.why);
    const { amountMicros } = priced.charge;
    if (priced.freeCall) {
      free.calls++;
      free.micros += amountMicros;
      if (request.freeCalls !== true) return skip("freeCall");
    }
    const difference = amountMicros - row.amountMicros;
    const sums = [
      total,
      groupOf(destinations, `${row.destinationCountry}\n${priced.match.row.destination}`),
      groupOf(users, row.user),
    ];
    for (const sum of sums) {
      sum.calls++;
      sum.old += row.amountMicros;
      sum.new += amountMicros;
      if (difference !== 0 || priced.freeCall) sum.changed++;
    }
    if (difference === 0 && !priced.freeCall) return;
    if (calls.length >= MAX_CALLS) throw tooMany();
    calls.push({ usageId: row.usageId, version: row.version, differenceMicros: difference });
    largest.push({ row, amountMicros });
    if (largest.length > 1000) largest = topOf(largest);
  };

  for await (const rows of streamStandingRows(client, scope, filterOf(request))) rows.forEach(add);
  const report: RerateReport = {
    account: scope.account,
    deckId: deck.deckId,
    deckName: deck.name,
    from: request.from,
    to: request.to,
    currency,
    dataUntil: options.dataUntil,
    total: figuresOf(total),
    byDestination: topGroups(destinations).map(([key, sums]) => {
      const [country = "", destination = ""] = key.split("\n");
      return { country, destination, ...figuresOf(sums) };
    }),
    byUser: topGroups(users).map(([user, sums]) => ({ user, ...figuresOf(sums) })),
    freeCalls: { calls: free.calls, wouldCost: moneyText(free.micros) },
    notRerated: [...skipped].map(([why, count]) => ({ why, meaning: skipReasons[why], calls: count })),
    largest: topOf(largest).map(({ row, amountMicros }) => ({
      usageId: row.usageId,
      version: row.version,
      startAt: formatTime(row.startAt),
      user: row.user,
      destination: row.destinationName,
      old: moneyText(row.amountMicros),
      new: moneyText(amountMicros),
      difference: moneyText(amountMicros - row.amountMicros),
    })),
  };
  return { report, differenceMicros: total.new - total.old, calls };
}

export const moneyText = (amount: number): string => formatMicros(micros(amount));

function filterOf({ from, to, filter = {} }: RerateRequest) {
  return {
    ...filter,
    from: parseTime(from) ?? undefined,
    to: parseTime(to) ?? undefined,
    outcome: "rated",
    hiddenDigits: 0,
  } as const;
}

function groupOf(groups: Map<string, Sums>, key: string): Sums {
  let sums = groups.get(key);
  if (sums === undefined) groups.set(key, (sums = { calls: 0, changed: 0, old: 0, new: 0 }));
  return sums;
}

function figuresOf(sums: Sums) {
  const { calls, changed } = sums;
  return { calls, changed, old: moneyText(sums.old), new: moneyText(sums.new), difference: moneyText(sums.new - sums.old) };
}

function topGroups(groups: ReadonlyMap<string, Sums>): [string, Sums][] {
  const size = ([, sums]: [string, Sums]): number => Math.abs(sums.new - sums.old);
  return [...groups].toSorted((a, b) => size(b) - size(a)).slice(0, GROUPS_SHOWN);
}

function topOf(calls: readonly { row: CallRow; amountMicros: number }[]): { row: CallRow; amountMicros: number }[] {
  const size = ({ row, amountMicros }: { row: CallRow; amountMicros: number }): number =>
    Math.abs(amountMicros - row.amountMicros);
  return calls.toSorted((a, b) => size(b) - size(a)).slice(0, LARGEST_SHOWN);
}

function tooMany(): ApiProblem {
  return new ApiProblem("invalidRequest", {
    detail: `More than ${MAX_CALLS} calls would change.`,
    hint: "Choose a shorter time or a narrower filter, and re-rate in parts.",
  });
}
