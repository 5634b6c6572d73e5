/** A broken invariant: the account it happened in is rolled back and frozen (architecture §4). */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/** The shell broke its side of the contract (a deck is missing): nothing is decided, the whole partition stops. */
export class ShellFault extends Error {
  override readonly name = "ShellFault";
}

/** `invariant` is the number and name in SPEC.md. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new InvariantBroken(invariant);
}
