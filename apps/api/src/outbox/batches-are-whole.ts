import type { StoredPart } from "@tollbook/warehouse/queries/invoice-proof.ts";

/** What a batch was announced to hold, by table: the meter's intent. */
export type Announced = ReadonlyMap<string, readonly AnnouncedPart[]>;
export type AnnouncedPart = Pick<StoredPart, "table" | "rows" | "minOutSeq" | "maxOutSeq" | "xor">;

export const batchKey = ({ epoch, batch }: { readonly epoch: number; readonly batch: number }): string => `${epoch}/${batch}`;

/**
 * Why the stored batches are not whole, in sentences; none: they are. A batch's rows over all tables are numbered without a hole,
 * and batches follow each other without one, so a lost or doubled row shows also where the intent is forgotten; where it is not,
 * the hashes of all rows must be those announced.
 */
export function faultsOfBatches(parts: readonly StoredPart[], announced: Announced): string[] {
  const faults: string[] = [];
  const batches = new Map<string, { rows: number; distinct: number; min: number; max: number; parts: StoredPart[] }>();
  for (const part of parts) {
    const batch = batches.get(batchKey(part)) ?? { rows: 0, distinct: 0, min: part.minOutSeq, max: part.maxOutSeq, parts: [] };
    batch.rows += part.rows;
    batch.distinct += part.distinct;
    batch.min = Math.min(batch.min, part.minOutSeq);
    batch.max = Math.max(batch.max, part.maxOutSeq);
    batch.parts.push(part);
    batches.set(batchKey(part), batch);
  }
  let next: number | null = null;
  const inOrder = [...batches].toSorted(([, a], [, b]) => a.min - b.min);
  for (const [key, { rows, distinct, min, max, parts: stored }] of inOrder) {
    if (rows !== distinct) faults.push(`batch ${key} holds ${rows - distinct} rows twice`);
    if (distinct !== max - min + 1) faults.push(`batch ${key} lacks ${max - min + 1 - distinct} rows of ${min} to ${max}`);
    if (next !== null && min !== next) faults.push(`rows ${next} to ${min - 1} are missing before batch ${key}`);
    next = max + 1;
    const intent = announced.get(key);
    if (intent !== undefined && !same(stored, intent)) faults.push(`batch ${key} holds other rows than were announced`);
  }
  return faults;
}

function same(stored: readonly StoredPart[], intent: readonly AnnouncedPart[]): boolean {
  if (stored.length !== intent.length) return false;
  return stored.every(({ table, rows, minOutSeq, maxOutSeq, xor }) =>
    intent.some(
      (part) =>
        part.table === table &&
        part.rows === rows &&
        part.minOutSeq === minOutSeq &&
        part.maxOutSeq === maxOutSeq &&
        part.xor === xor,
    ),
  );
}
