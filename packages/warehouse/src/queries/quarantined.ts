import type { ClickHouseClient } from "@clickhouse/client";
import type { DeadLetterRow } from "@tollbook/domain/fold.ts";
import { deadLetterColumns, deadLetterRowFromRow } from "../dead-letters.ts";
import { readRows, selectList, type StoredRow } from "../tables.ts";
import { scopeCondition, scopeParameters, type AccountScope } from "./account-scope.ts";

/** Quarantined events of an account, oldest first: readable, but too late, too early, or for an account that was not there. */
export async function listQuarantined(
  client: ClickHouseClient,
  scope: AccountScope,
  { reason, afterOutSeq, limit }: { readonly reason?: string | undefined; readonly afterOutSeq: number; readonly limit: number },
): Promise<DeadLetterRow[]> {
  const rows = await readRows<StoredRow>(
    client,
    `SELECT ${selectList(deadLetterColumns)} FROM dead_letters
      WHERE ${scopeCondition} AND outcome = 'quarantined' AND out_seq > {afterOutSeq:UInt64}
        AND ({reason:String} = '' OR reason = {reason:String})
      ORDER BY out_seq LIMIT {limit:UInt32}`,
    { ...scopeParameters(scope), reason: reason ?? "", afterOutSeq, limit },
  );
  return rows.map(deadLetterRowFromRow);
}
