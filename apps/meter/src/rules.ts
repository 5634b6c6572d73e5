import { eventOutcomes, type EventOutcome } from "@tollbook/contracts/codes.ts";
import { apply } from "@tollbook/domain/apply.ts";
import { createState, decodeState, encodeState, type PartitionState } from "@tollbook/domain/state.ts";
import { view } from "@tollbook/domain/view.ts";

/**
 * The pure functions that the shell drives. One object, so that a release that changes the rules can hold two of them side
 * by side (`fold.version`), and so that a test or benchmark can drive the shell with smaller ones.
 */
export interface FoldRules {
  readonly createState: typeof createState;
  readonly apply: typeof apply;
  readonly view: typeof view;
  readonly encodeState: typeof encodeState;
  readonly decodeState: typeof decodeState;
  /** Decks the state may rate with: in memory before the first entry is folded. */
  readonly deckIds: (state: PartitionState) => readonly string[];
  readonly totals: (state: PartitionState) => Totals;
}

/** Both identities (D20), over all accounts of a partition: events accepted = the seven outcomes; legs seen = open + the four ends. */
export interface Totals {
  readonly accounts: number;
  readonly frozenAccounts: number;
  readonly events: { readonly accepted: number } & Readonly<Record<EventOutcome, number>>;
  readonly legs: Readonly<Record<"seen" | "open" | "rated" | "denied" | "abandoned" | "voided", number>>;
}

export const domainRules: FoldRules = {
  createState,
  apply,
  view,
  encodeState,
  decodeState,
  deckIds: ({ decks }) => decks.flatMap(({ versions }) => versions.map(({ deckId }) => deckId)),
  totals: domainTotals,
};

function domainTotals(state: PartitionState): Totals {
  const events = {
    accepted: 0,
    applied: 0,
    duplicate: 0,
    confirmed: 0,
    conflict: 0,
    quarantined: 0,
    deadLettered: 0,
    refused: 0,
  };
  const legs = { seen: 0, open: 0, rated: 0, denied: 0, abandoned: 0, voided: 0 };
  let frozenAccounts = 0;
  const add = ({ total }: PartitionState["nobody"]): void => {
    events.accepted += total.accepted;
    for (const outcome of eventOutcomes) events[outcome] += total[outcome];
    legs.seen += total.seen;
    legs.rated += total.rated;
    legs.denied += total.denied;
    legs.abandoned += total.abandoned;
    legs.voided += total.voided;
  };
  add(state.nobody);
  for (const account of state.accounts.values()) {
    add(account.counters);
    legs.open += account.legs.size;
    if (account.frozen !== "") frozenAccounts++;
  }
  return { accounts: state.accounts.size, frozenAccounts, events, legs };
}
