/** All that one partition knows: accounts, decks in force, ids seen, counters, due times. Changed only by `apply`. */
export interface PartitionState {
  readonly partition: number;
  /** max of the log times folded so far. */
  now: number;
  lastSeq: number;
  /** out_seq of the newest row. */
  outSeq: number;
}

export function createState(partition: number): PartitionState {
  return { partition, now: 0, lastSeq: 0, outSeq: 0 };
}

/** Snapshot bytes with a schema number. `decodeState(encodeState(s))` folds on exactly as `s` would. */
export function encodeState(state: PartitionState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state));
}

/** Throws when the bytes are of another schema or damaged. */
export function decodeState(bytes: Uint8Array): PartitionState {
  return JSON.parse(new TextDecoder().decode(bytes)) as PartitionState;
}
