import { apply } from "@tollbook/domain/apply.ts";
import { createState, decodeState, encodeState } from "@tollbook/domain/state.ts";
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
}

export const domainRules: FoldRules = { createState, apply, view, encodeState, decodeState };
