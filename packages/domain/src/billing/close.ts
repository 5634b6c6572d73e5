import { micros, timeUs } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import { settleDebt } from "../credits/credits.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import type { Posting } from "../fold.ts";
import { accountEvent, accountFact } from "../output.ts";
import { sha256Hex } from "../snapshot/sha256.ts";
import { change, deleteEntry } from "../undo.ts";
import { MAIN } from "./billing-account.ts";
import { accrue, GRACE_US, moneyText, openDraft, profileOf } from "./draft.ts";
import type { Draft, DraftLine } from "./draft.ts";
import { multiplyDivide } from "./rounding.ts";

/** The period is over: late calls still count for the grace, everything else goes to the next draft. */
export function periodIsOver(fold: Fold, account: Account, id: string, at: number): void {
  const draft = account.drafts.get(id);
  if (draft === undefined || draft.state !== "OPEN" || draft.to !== at) return;
  change(fold.undo, draft, "state", "CLOSING");
  schedule(fold, account, endOfGrace(draft), "invoiceGrace", id);
}

/** The last microsecond of the grace still counts (D18). */
const endOfGrace = ({ to }: Draft): number => to + GRACE_US + 1;

/**
 * The grace is over: the last lines are added and the totals stand. The shell compares them with what is stored, then says so by
 * the command `invoice.verified`; only then is the invoice numbered and issued (architecture §5).
 */
export function graceIsOver(fold: Fold, account: Account, id: string, at: number): void {
  const draft = account.drafts.get(id);
  if (draft === undefined || draft.state !== "CLOSING" || endOfGrace(draft) !== at) return;
  const profile = profileOf(account, draft.profile);
  if (profile.id === MAIN) billDebt(fold, account, draft);
  billDiscount(fold, account, draft);
  change(
    fold.undo,
    profile,
    "drafts",
    profile.drafts.filter((one) => one !== id),
  );
  if (draft.lines.size === 0) return deleteEntry(fold.undo, account.drafts, id);
  change(fold.undo, draft, "state", "CLOSED");
  change(fold.undo, draft, "hash", hashOf(draft));
  accountFact(fold, account, "invoice.closed", id, { hash: draft.hash, lines: draft.lines.size });
  askForVerification(fold, account, draft);
}

/** Again after a restart of the shell, or when the comparison failed before: the same question, the same answer. */
export function askForVerification(fold: Fold, account: Account, draft: Draft): void {
  fold.outputs.push({
    kind: "invoiceClosed",
    account: account.id,
    invoice: draft.id,
    hash: draft.hash,
    lines: [...draft.lines.values()].map(({ line, amountMicros, rows }) => ({ line, amountMicros: micros(amountMicros), rows })),
    at: timeUs(fold.now),
  });
}

/** D7, D33: under a Microsoft Customer Agreement what is below zero is billed, whether or not overage follows. */
function billDebt(fold: Fold, account: Account, draft: Draft): void {
  const { debtMicros } = account.credits;
  if (debtMicros === 0 || latest(account.settings).agreement !== "MCA" || draft.currency !== account.currency) return;
  const postings = settleDebt(fold.undo, account.credits, account.currency);
  postCharge(fold, account, draft, "creditDebt", "settlement of credit debt", debtMicros, [
    ...postings,
    { ledger: `unbilled/${draft.profile}`, unit: draft.currency, amount: -debtMicros },
  ]);
}

/** D33: debt under a Microsoft Customer Agreement is on the next invoice, which begins with it where nothing else does. */
export function invoiceDebt(fold: Fold, account: Account): void {
  if (account.credits.debtMicros === 0 || latest(account.settings).agreement !== "MCA") return;
  openDraft(fold, account, profileOf(account, MAIN), account.currency);
}

/** A percentage off the lines that it names, as a line of its own. */
function billDiscount(fold: Fold, account: Account, draft: Draft): void {
  const { discount } = profileOf(account, draft.profile);
  if (discount === null) return;
  let base = 0;
  for (const line of draft.lines.values()) if (isDiscounted(line, discount.on)) base += line.amountMicros;
  const amount = -multiplyDivide(base, discount.basisPoints, 10_000);
  if (amount >= 0) return;
  postCharge(fold, account, draft, "discount", discount.label, amount, [
    { ledger: `unbilled/${draft.profile}`, unit: draft.currency, amount: -amount },
    { ledger: "revenue/discounts", unit: draft.currency, amount },
  ]);
}

function isDiscounted({ kind }: DraftLine, on: "licences" | "usage" | "all"): boolean {
  const licences = kind === "licence" || kind === "proration";
  const usage = kind === "overage" || kind === "unfunded" || kind === "adjustment";
  return (licences && on !== "usage") || (usage && on !== "licences");
}

function postCharge(
  fold: Fold,
  account: Account,
  draft: Draft,
  kind: "creditDebt" | "discount",
  description: string,
  amountMicros: number,
  postings: readonly Posting[],
): void {
  const { line } = accrue(
    fold,
    draft,
    {
      line: kind,
      kind,
      subscription: "",
      product: "",
      description,
      destination: "",
      country: "",
      from: draft.from,
      to: draft.to,
      unitPriceMicros: null,
    },
    { quantity: 1, calls: 0, billedSeconds: 0, amountMicros, rows: 1 },
  );
  accountEvent(fold, account, `charge.${kind}`, {
    subject: draft.id,
    amountMicros,
    postings,
    data: { amount: moneyText(amountMicros), description },
    invoice: draft.id,
    invoiceLine: line,
    currency: draft.currency,
  });
}

function hashOf(draft: Draft): string {
  const lines = [...draft.lines.values()].map(({ line, amountMicros, rows }) => [line, amountMicros, rows]);
  return sha256Hex(new TextEncoder().encode(JSON.stringify([draft.id, draft.currency, lines])));
}

/** Edge 25: the open periods of every profile end now; what comes later begins a draft of its own. */
export function closeDrafts(fold: Fold, account: Account): void {
  for (const draft of account.drafts.values()) {
    // A call that is a little ahead of our clock may have begun the next one already.
    if (draft.state !== "OPEN" || draft.from > fold.now) continue;
    change(fold.undo, draft, "to", fold.now);
    periodIsOver(fold, account, draft.id, fold.now);
  }
}
