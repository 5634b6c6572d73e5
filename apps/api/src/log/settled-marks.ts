import { partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { AccountScope } from "@tollbook/warehouse/queries/account-scope.ts";
import { decodeSettledMark, settledKey, type SettledMark } from "@tollbook/warehouse/settled-mark.ts";
import { ApiProblem } from "../problem.ts";
import type { MirroredBucket } from "./mirrored-bucket.ts";

/** How far each partition's rows are verified; reports read no further. */
export interface SettledMarks {
  readonly partitions: number;
  of(partition: number): SettledMark | null;
  /** What reports of this account may read now. */
  scope(account: AccountId): AccountScope;
  /** Resolves true when everything up to that position is settled, false when it is not within `ms`. */
  wait(partition: number, logSeq: number, ms: number): Promise<boolean>;
}

export function settledMarks(bucket: MirroredBucket): SettledMarks {
  const of = (partition: number): SettledMark | null => {
    const text = bucket.get(settledKey(partition));
    return text === null ? null : decodeSettledMark(text);
  };
  const partitions = (): number => {
    const count = Number(bucket.get("partitions"));
    // Written by the first meter that starts.
    if (!Number.isSafeInteger(count) || count < 1)
      throw new ApiProblem("meterUnreachable", {
        detail: "The log is not set up yet.",
        hint: "Start the meter.",
        retryAfterSeconds: 2,
      });
    return count;
  };
  return {
    get partitions() {
      return partitions();
    },
    of,
    scope(account) {
      const p = partitionOf(account, partitions());
      return { account, p, settledBatch: of(p)?.batch ?? 0 };
    },
    async wait(partition, logSeq, ms) {
      const reached = (): boolean => (of(partition)?.logSeq ?? 0) >= logSeq;
      if (reached()) return true;
      return await new Promise((resolve) => {
        const end = (result: boolean): void => {
          stop();
          clearTimeout(timer);
          resolve(result);
        };
        const stop = bucket.onChange((key) => {
          if (key === settledKey(partition) && reached()) end(true);
        });
        const timer = setTimeout(() => end(false), ms);
      });
    },
  };
}
