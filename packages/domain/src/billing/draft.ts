import { formatMicros, micros, US_PER_HOUR } from "@tollbook/contracts/units.ts";
import type { InvoiceLineKind } from "@tollbook/contracts/invoice.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import { assert } from "../assert.ts";
import type { Fold } from "../fold-context.ts";
import { change, keep, setEntry } from "../undo.ts";
import { MAIN } from "./billing-account.ts";
import type { BillingProfile } from "./billing-account.ts";
import { dateIn, periodAt } from "./period.ts";
import type { Period } from "./period.ts";

/**
 * An invoice that accrues. OPEN until its period ends; CLOSING for the grace in which late calls of the period still count
 * (§12.5, D18); CLOSED while the shell compares it with what is stored.
 */
export interface Draft {
  /** `<profile>/<first day>`. */
  readonly id: string;
  readonly profile: string;
  readonly from: number;
  /** Earlier than the period's own end only when a change of the currency or a deletion closed it (edges 25, 27). */
  to: number;
  readonly currency: string;
  state: "OPEN" | "CLOSING" | "CLOSED";
  readonly lines: Map<string, DraftLine>;
  /** SHA-256 over the lines, once CLOSED. */
  hash: string;
}

export interface DraftLine {
  readonly line: string;
  readonly kind: InvoiceLineKind;
  readonly subscription: string;
  readonly product: string;
  readonly description: string;
  readonly destination: string;
  readonly country: string;
  readonly from: number;
  readonly to: number;
  readonly unitPriceMicros: number | null;
  quantity: number;
  calls: number;
  billedSeconds: number;
  amountMicros: number;
  /** Stored rows that sum to it: calls, or account events. */
  rows: number;
}

/** What a charge says of its line; the amounts are added. */
export type LineFacts = Omit<DraftLine, "quantity" | "calls" | "billedSeconds" | "amountMicros" | "rows">;

export interface LineAmounts {
  readonly quantity: number;
  readonly calls: number;
  readonly billedSeconds: number;
  readonly amountMicros: number;
  readonly rows: number;
}

const figures = ["quantity", "calls", "billedSeconds", "amountMicros", "rows"] as const;

/** §12.5, D18: so long after the end of a period its late calls still count in it; the end is inclusive. */
export const GRACE_US = 72 * US_PER_HOUR;

export function profileOf(account: Account, id: string): BillingProfile {
  const profile = account.billingProfiles.get(id) ?? account.billingProfiles.get(MAIN);
  assert(profile !== undefined, "I12: an account has its main billing profile");
  return profile;
}

/** The draft that accrues now, in that currency: no invoice mixes two (edge 25). */
export function openDraft(fold: Fold, account: Account, profile: BillingProfile, currency: string): Draft {
  return draftOfPeriod(fold, account, profile, fold.now, currency);
}

/**
 * The draft for a call that happened at `time`: its own period's while that is OPEN or CLOSING, else the one that accrues now,
 * on which it is an adjustment (§12.5). It is in the account's currency: what came late is priced in that, too.
 */
export function draftFor(fold: Fold, account: Account, profile: BillingProfile, time: number): { draft: Draft; late: boolean } {
  for (const id of profile.drafts) {
    const draft = account.drafts.get(id) as Draft;
    if (isWithin(draft, time, account.currency)) return { draft, late: false };
  }
  if (time > fold.now) return { draft: draftOfPeriod(fold, account, profile, time, account.currency), late: false };
  const draft = openDraft(fold, account, profile, account.currency);
  return { draft, late: time < draft.from };
}

/** Whether what happened at `time` would still stand on its own period's invoice. */
export function accrues(fold: Fold, account: Account, profile: BillingProfile, time: number): boolean {
  if (profile.drafts.some((id) => isWithin(account.drafts.get(id) as Draft, time, account.currency))) return true;
  return time >= restOfPeriod(account, profile, fold.now).from;
}

function isWithin(draft: Draft, time: number, currency: string): boolean {
  return time >= draft.from && time < draft.to && draft.currency === currency;
}

function draftOfPeriod(fold: Fold, account: Account, profile: BillingProfile, time: number, currency: string): Draft {
  for (const id of profile.drafts) {
    const draft = account.drafts.get(id) as Draft;
    if (draft.state === "OPEN" && isWithin(draft, time, currency)) return draft;
  }
  const { from, to } = restOfPeriod(account, profile, time);
  const day = dateIn(profile.timeZone, from);
  let id = `${profile.id}/${day}`;
  for (let part = 2; account.drafts.has(id) || account.invoices.has(id); part++) id = `${profile.id}/${day}-${part}`;
  const draft: Draft = {
    id,
    profile: profile.id,
    from,
    to,
    currency,
    state: "OPEN",
    lines: new Map(),
    hash: "",
  };
  setEntry(fold.undo, account.drafts, id, draft);
  change(fold.undo, profile, "drafts", [...profile.drafts, id]);
  schedule(fold, account, to, "invoicePeriod", id);
  return draft;
}

/** The period in which `time` lies; where it was cut short before (edges 25, 27), what is left of it. */
function restOfPeriod(account: Account, profile: BillingProfile, time: number): Period {
  const { from, to } = periodAt(time, profile.anchorDay, profile.timeZone);
  let cutAt = from;
  for (const one of [...account.drafts.values(), ...account.invoices.values()])
    if (one.profile === profile.id && one.to <= time) cutAt = Math.max(cutAt, one.to);
  return { from: cutAt, to };
}

/** Adds to a line of a draft, which is begun when it is new. Everything that is ever invoiced comes through here. */
export function accrue(fold: Fold, draft: Draft, facts: LineFacts, amounts: LineAmounts): DraftLine {
  assert(draft.state !== "CLOSED", "I13: nothing is added to a closed invoice");
  const { undo } = fold;
  let line = draft.lines.get(facts.line);
  if (line === undefined) {
    line = { ...facts, quantity: 0, calls: 0, billedSeconds: 0, amountMicros: 0, rows: 0 };
    setEntry(undo, draft.lines, facts.line, line);
  }
  for (const field of figures) {
    keep(undo, line, field);
    line[field] += amounts[field];
  }
  assert(Number.isSafeInteger(line.amountMicros), "I2: an amount is a safe integer");
  return line;
}

export function sumOf(draft: Draft): number {
  let sum = 0;
  for (const line of draft.lines.values()) sum += line.amountMicros;
  return sum;
}

export const moneyText = (amountMicros: number): string => formatMicros(micros(amountMicros));
