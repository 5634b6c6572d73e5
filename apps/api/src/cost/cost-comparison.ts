import { CostComparison, costGroupings } from "@tollbook/contracts/cost-answers.ts";
import { formatMicros, micros, type AccountId } from "@tollbook/contracts/units.ts";
import { streamCostGroups } from "@tollbook/warehouse/queries/cost.ts";
import { isTimeDimension, type CostDimension, type CostFilter } from "@tollbook/warehouse/queries/cost-source.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { ApiProblem } from "../problem.ts";
import { rangeText } from "../reports/report-range.ts";
import { freshness, nowUs, type ReportServices } from "../reports/report-services.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App } from "../services.ts";
import { costNames } from "./cost-names.ts";
import { costFilter, costFilterQuery, costRange, costRangeQuery, previousRange } from "./cost-query.ts";
import { perUser } from "./cost-report.ts";
import { movesOf, sumOfMoves, type Move, type Usage } from "./movers.ts";

const comparable = costGroupings.filter((grouping) => grouping !== "currency" && !isTimeDimension(grouping));
const DEFAULT_TOP = 10;
/** More groups than this are a question for the export. */
const MAX_COMPARED = 200_000;

export function registerCostComparison(app: App, services: ReportServices): void {
  const { reports, people: peopleOf, log } = services;
  app.get(
    "/v1/accounts/:account/cost/comparison",
    {
      config: { access: { account: ["readCost"], perUser } },
      schema: {
        operationId: "compareCost",
        tags: ["Reports"],
        summary: "A period against the one before it: the largest movers, each split into volume, mix and rate",
        description:
          "Whole months are compared with as many months before, anything else with the same length before. `volume`: as if everything had " +
          "grown alike at the old prices; `mix`: its share of all minutes changed; `rate`: the price of its minute changed. They add up to " +
          "the change exactly. Licences and other charges have no minutes: what changed in them is rate.",
        params: AccountParams,
        querystring: z.strictObject({
          ...costRangeQuery,
          ...costFilterQuery,
          groupBy: z.optional(z.enum(comparable)),
          top: z.optional(z.string().check(z.regex(/^([1-9]|[1-9]\d|100)$/, "1 to 100"))),
        }),
        response: { 200: CostComparison, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { query } = request;
      const people = await peopleOf.of(account);
      const filter = costFilter(query, costRange(query, nowUs(services, people)), people);
      const previous = { ...filter, ...previousRange(filter) };
      const groupBy = query.groupBy ?? "service";
      const dataUntil = await freshness(services, account, query.after);
      // The schema lets neither currency nor time through.
      const dimension = groupBy as CostDimension;
      const moves = await movesPerCurrency(account, filter, previous, dimension);
      const names = await costNames(log, account, people);
      const top = Number(query.top ?? DEFAULT_TOP);
      return {
        dataUntil,
        range: rangeText(filter),
        timeZone: "UTC" as const,
        previous: rangeText(previous),
        groupBy,
        totals: [...moves].map(([currency, groups]) => ({ currency, ...moveText(sumOfMoves(groups.values())) })),
        movers: [...moves].flatMap(([currency, groups]) =>
          largest(groups, top).map(([group, move]) => ({ currency, key: names(groupBy, group), ...moveText(move) })),
        ),
      };
    },
  );

  async function movesPerCurrency(
    account: AccountId,
    filter: CostFilter,
    previous: CostFilter,
    dimension: CostDimension,
  ): Promise<Map<string, Map<string, Move>>> {
    const kinds = filter.kinds === "all" ? (["usage", "charges"] as const) : [filter.kinds];
    const result = new Map<string, Map<string, Move>>();
    for (const kind of kinds) {
      const before = await usages(account, { ...previous, kinds: kind }, dimension);
      const now = await usages(account, { ...filter, kinds: kind }, dimension);
      for (const currency of new Set([...before.keys(), ...now.keys()].toSorted())) {
        const groups = result.get(currency) ?? new Map<string, Move>();
        for (const [group, move] of movesOf(before.get(currency) ?? new Map(), now.get(currency) ?? new Map()))
          groups.set(group, sumOfMoves([move, ...(groups.has(group) ? [groups.get(group) as Move] : [])]));
        result.set(currency, groups);
      }
    }
    return result;
  }

  async function usages(
    account: AccountId,
    filter: CostFilter,
    dimension: CostDimension,
  ): Promise<Map<string, Map<string, Usage>>> {
    return await reports.read(account, async (client, scope) => {
      const found = new Map<string, Map<string, Usage>>();
      let count = 0;
      for await (const page of streamCostGroups(client, scope, filter, [dimension])) {
        for (const { currency, keys, amountMicros, seconds } of page) {
          const groups = found.get(currency) ?? new Map<string, Usage>();
          found.set(currency, groups.set(keys[0] ?? "", { amountMicros, seconds }));
        }
        count += page.length;
        if (count > MAX_COMPARED) throw tooMany();
      }
      return found;
    });
  }
}

function tooMany(): ApiProblem {
  return new ApiProblem("invalidRequest", {
    detail: `More than ${MAX_COMPARED} groups cannot be compared.`,
    hint: "Narrow the filter, or export both periods as CSV.",
  });
}

/** The largest changes in either direction, and the rest as one without a group. */
function largest(groups: ReadonlyMap<string, Move>, top: number): [string | null, Move][] {
  const sorted = [...groups].toSorted(
    ([a, one], [b, other]) => Math.abs(other.now - other.before) - Math.abs(one.now - one.before) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const rest = sorted.slice(top);
  return rest.length === 0 ? sorted : [...sorted.slice(0, top), [null, sumOfMoves(rest.map(([, move]) => move))]];
}

function moveText({
  before,
  now,
  volume,
  mix,
  rate,
}: Move): Record<"before" | "now" | "change" | "volume" | "mix" | "rate", string> {
  const text = (amount: number): string => formatMicros(micros(amount));
  return {
    before: text(before),
    now: text(now),
    change: text(now - before),
    volume: text(volume),
    mix: text(mix),
    rate: text(rate),
  };
}
