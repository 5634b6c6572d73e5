import { ClickHouseError, type ClickHouseClient } from "@clickhouse/client";
import { formatTime, type AccountId } from "@tollbook/contracts/units.ts";
import type { AccountScope } from "@tollbook/warehouse/queries/account-scope.ts";
import type { SettledMarks } from "./log/settled-marks.ts";
import { ApiProblem } from "./problem.ts";

/** How long a read with `after` waits for the position before it answers with what is there. */
const AFTER_MS = 5000;

/** Reports of one account from ClickHouse: scoped, settled rows only, failures as problems. */
export interface Reports {
  /** Log time up to which everything is there; null: nothing yet. */
  dataUntil(account: AccountId): string | null;
  /** Rejects with ApiProblem `reportsUnreachable` when ClickHouse does not answer. */
  read<Result>(account: AccountId, query: (client: ClickHouseClient, scope: AccountScope) => Promise<Result>): Promise<Result>;
  /** Waits until a position of the account's log is settled; rejects with ApiProblem when it is not in time. */
  settle(account: AccountId, after: string | undefined): Promise<void>;
}

export function openReports(client: ClickHouseClient, settled: SettledMarks): Reports {
  return {
    dataUntil(account) {
      const mark = settled.of(settled.scope(account).p);
      return mark === null ? null : formatTime(mark.logTime);
    },
    async read(account, query) {
      try {
        return await query(client, settled.scope(account));
      } catch (error) {
        throw problemFromQuery(error);
      }
    },
    async settle(account, after) {
      if (after === undefined) return;
      if (!/^\d{1,15}$/.test(after))
        throw new ApiProblem("invalidRequest", { detail: "after: the seq of a command's answer is expected" });
      if (await settled.wait(settled.scope(account).p, Number(after), AFTER_MS)) return;
      throw new ApiProblem("reportsUnreachable", {
        detail: `Position ${after} is not settled yet.`,
        hint: "It is safe in the log. Ask again in a moment.",
        retryAfterSeconds: 2,
      });
    },
  };
}

/** TIMEOUT_EXCEEDED, MEMORY_LIMIT_EXCEEDED: the question was too large. */
const TOO_LARGE = new Set(["159", "241"]);

export function problemFromQuery(error: unknown): unknown {
  if (error instanceof ApiProblem || error instanceof RangeError || error instanceof TypeError) return error;
  if (error instanceof ClickHouseError) {
    if (!TOO_LARGE.has(error.code)) return error;
    return new ApiProblem("reportsUnreachable", {
      detail: "The report took too long.",
      hint: "Choose a shorter time or a narrower filter.",
    });
  }
  return new ApiProblem("reportsUnreachable", { hint: "Ask again in a moment; nothing is lost.", retryAfterSeconds: 2 });
}
