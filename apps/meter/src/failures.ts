/** Another meter owns the partition now, or may own it: what we would write could contradict it. Stop; take it again later. */
export class OwnershipLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OwnershipLost";
  }
}

/** The partition cannot be served until somebody does what the sentence says; the others go on. */
export class PartitionRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PartitionRefused";
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
