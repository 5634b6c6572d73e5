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

/**
 * An invoice that accrues. OPEN until its period ends; CLOSING for the grace in which late calls of the period still count
 * (§12.5, D18); CLOSED while the shell compares it with what is stored.
 */
export interface Draft {
  /** `<profile>/<first day>`. */
  readonly id: string;
  readonly profile: string;
  readonly from: number;
  /** Earlier than the period's own end only when a change of the currency closed it. */
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

/** The draft that accrues now. */
export function openDraft(fold: Fold, account: Account, profile: BillingProfile): Draft {
  return draftOfPeriod(fold, account, profile, fold.now);
}

/**
 * The draft for something that happened at `time`: its own period's while that is OPEN or CLOSING, else the one that accrues now,
 * on which it is an adjustment (§12.5).
 */
export function draftFor(fold: Fold, account: Account, profile: BillingProfile, time: number): { draft: Draft; late: boolean } {
  for (const id of profile.drafts) {
    const draft = account.drafts.get(id) as Draft;
    if (time >= draft.from && time < draft.to) return { draft, late: false };
  }
  if (time > fold.now) return { draft: draftOfPeriod(fold, account, profile, time), late: false };
  const draft = openDraft(fold, account, profile);
  return { draft, late: time < draft.from };
}

/** Whether what happened at `time` would still stand on its own period's invoice. */
export function accrues(fold: Fold, account: Account, profile: BillingProfile, time: number): boolean {
  if (profile.drafts.some((id) => isWithin(account.drafts.get(id) as Draft, time))) return true;
  return time >= periodAt(fold.now, profile.anchorDay, profile.timeZone).from;
}

const isWithin = (draft: Draft, time: number): boolean => time >= draft.from && time < draft.to;

function draftOfPeriod(fold: Fold, account: Account, profile: BillingProfile, time: number): Draft {
  for (const id of profile.drafts) {
    const draft = account.drafts.get(id) as Draft;
    if (time >= draft.from && time < draft.to && draft.state === "OPEN") return draft;
  }
  const period = periodAt(time, profile.anchorDay, profile.timeZone);
  // After a change of the currency the rest of the period is a draft of its own.
  const before = profile.drafts.map((id) => account.drafts.get(id) as Draft).filter(({ to }) => to > period.from && to <= time);
  const from = before.reduce((latest, { to }) => Math.max(latest, to), period.from);
  const day = dateIn(profile.timeZone, from);
  let id = `${profile.id}/${day}`;
  for (let part = 2; account.drafts.has(id) || account.invoices.has(id); part++) id = `${profile.id}/${day}-${part}`;
  const draft: Draft = {
    id,
    profile: profile.id,
    from,
    to: period.to,
    currency: account.currency,
    state: "OPEN",
    lines: new Map(),
    hash: "",
  };
  setEntry(fold.undo, account.drafts, id, draft);
  change(fold.undo, profile, "drafts", [...profile.drafts, id]);
  schedule(fold, account, period.to, "invoicePeriod", id);
  return draft;
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
