import { assert } from "../assert.ts";
import { append, keep } from "../undo.ts";
import type { Undo } from "../undo.ts";
import { startHistory } from "../history.ts";
import type { History } from "../history.ts";
import type { Posting } from "../fold.ts";

/** Prepaid money of an account (domain §4). Balance = what the lots still hold − debt, and always the fold of its postings. */
export interface Credits {
  /** In order of expiry, which is the order of purchase (CC-7). */
  readonly lots: Lot[];
  /** What running or late legs took below zero (CC-6). */
  debtMicros: number;
  balanceMicros: number;
  /** Sum of what open legs hold. */
  reservedMicros: number;
  nextLot: number;
  /** Lots before this place are empty: spent, or forfeited. */
  head: number;
  /** The latest expiry that has been booked: a leg that started before it may take a forfeiture back. */
  lastExpiry: number;
  /** Amount of the last top-up, for the low-balance notice. */
  lastTopUpMicros: number;
  readonly autoRecharge: History<AutoRecharge>;
  recharge: Recharge;
}

export interface Lot {
  readonly id: string;
  readonly kind: "topUp" | "recharge" | "goodwill";
  readonly amountMicros: number;
  readonly purchasedAt: number;
  /** Exclusive. */
  readonly expiresAt: number;
  remainingMicros: number;
  /** What expiry took; a late leg that began before may take it back (D11). */
  forfeitedMicros: number;
}

export interface AutoRecharge {
  readonly on: boolean;
  readonly triggerMicros: number;
  readonly rechargeMicros: number;
  /** Most in a calendar month (UTC); null: no cap. */
  readonly monthlyCapMicros: number | null;
}

/** The recharge in flight, at most one (D19). */
export interface Recharge {
  status: "IDLE" | "PENDING" | "FAILED" | "RETRYING" | "SUSPENDED";
  id: string;
  amountMicros: number;
  next: number;
  /** UTC day of the last recharge and how many were started on it: five a day. */
  day: number;
  startedToday: number;
  /** Calendar month (UTC) of the last recharge, and what was recharged or is under way in it. */
  month: number;
  monthMicros: number;
  /** The month in which the cap held one back, told once. */
  cappedMonth: number;
}

export function createCredits(): Credits {
  return {
    lots: [],
    debtMicros: 0,
    balanceMicros: 0,
    reservedMicros: 0,
    nextLot: 1,
    head: 0,
    lastExpiry: 0,
    lastTopUpMicros: 0,
    autoRecharge: startHistory<AutoRecharge>(0, { on: false, triggerMicros: 0, rechargeMicros: 0, monthlyCapMicros: null }),
    recharge: {
      status: "IDLE",
      id: "",
      amountMicros: 0,
      next: 1,
      day: 0,
      startedToday: 0,
      month: 0,
      monthMicros: 0,
      cappedMonth: 0,
    },
  };
}

/** Ledgers whose sum is the balance begin with this. */
export const CREDIT_LEDGER = "credits/";
const DEBT = "credits/debt";

export function isLotOpen(lot: Lot, at: number): boolean {
  return lot.expiresAt > at;
}

/** What a leg that starts at `startAt` could spend if nothing were reserved: lots not expired then, what expiry took from them, − debt. */
export function spendableMicros(credits: Credits, startAt: number): number {
  const first = credits.lots[credits.head];
  // A leg of today while nothing has just expired, which is nearly every leg: everything there is may be spent.
  if (startAt >= credits.lastExpiry && (first === undefined || first.expiresAt > startAt)) return credits.balanceMicros;
  let sum = -credits.debtMicros;
  const { lots } = credits;
  for (let i = 0; i < lots.length; i++) {
    const lot = lots[i] as Lot;
    if (lot.expiresAt > startAt) sum += lot.remainingMicros + lot.forfeitedMicros;
  }
  return sum;
}

/** Adds a lot; debt is repaid first (CC-6, D19). Postings sum to zero. */
export function addLot(undo: Undo, credits: Credits, lot: Lot, currency: string, source: string): Posting[] {
  const repaid = Math.min(credits.debtMicros, lot.amountMicros);
  const stored = lot.amountMicros - repaid;
  const postings: Posting[] = [{ ledger: source, unit: currency, amount: -lot.amountMicros }];
  if (repaid > 0) {
    keep(undo, credits, "debtMicros");
    credits.debtMicros -= repaid;
    postings.push({ ledger: DEBT, unit: currency, amount: repaid });
  }
  keep(undo, credits, "nextLot");
  credits.nextLot++;
  append(undo, credits.lots, { ...lot, remainingMicros: stored });
  postings.push({ ledger: CREDIT_LEDGER + lot.id, unit: currency, amount: stored });
  changeBalance(undo, credits, lot.amountMicros);
  return postings;
}

/** One lot's share of a payment, or the debt's (`lot` null). */
export interface Draw {
  readonly ref: string;
  readonly amountMicros: number;
}

/**
 * Pays `amountMicros` for a leg that started at `startAt`: soonest to expire first (CC-7); forfeited money of a lot that was
 * alive at the start is taken back as far as needed (D11); what no lot covers becomes debt.
 */
export function draw(
  undo: Undo,
  credits: Credits,
  amountMicros: number,
  startAt: number,
  currency: string,
  postings: Posting[],
): Draw[] {
  const draws: Draw[] = [];
  let left = amountMicros;
  for (let i = startAt >= credits.lastExpiry ? credits.head : 0; i < credits.lots.length && left > 0; i++) {
    const lot = credits.lots[i] as Lot;
    if (lot.expiresAt <= startAt) continue;
    if (lot.remainingMicros < left && lot.forfeitedMicros > 0) takeBack(undo, credits, lot, left, currency, postings);
    const part = Math.min(lot.remainingMicros, left);
    if (part === 0) continue;
    keep(undo, lot, "remainingMicros");
    lot.remainingMicros -= part;
    left -= part;
    draws.push({ ref: lot.id, amountMicros: part });
    postings.push({ ledger: CREDIT_LEDGER + lot.id, unit: currency, amount: -part });
  }
  if (left > 0) {
    keep(undo, credits, "debtMicros");
    credits.debtMicros += left;
    draws.push({ ref: "debt", amountMicros: left });
    postings.push({ ledger: DEBT, unit: currency, amount: -left });
  }
  moveHead(undo, credits);
  changeBalance(undo, credits, -amountMicros);
  return draws;
}

function takeBack(undo: Undo, credits: Credits, lot: Lot, wanted: number, currency: string, postings: Posting[]): void {
  const back = Math.min(lot.forfeitedMicros, wanted - lot.remainingMicros);
  keep(undo, lot, "forfeitedMicros");
  keep(undo, lot, "remainingMicros");
  lot.forfeitedMicros -= back;
  lot.remainingMicros += back;
  postings.push({ ledger: "forfeited", unit: currency, amount: -back });
  postings.push({ ledger: CREDIT_LEDGER + lot.id, unit: currency, amount: back });
  changeBalance(undo, credits, back);
}

/**
 * Gives back what a reversed leg had drawn (D11, D33): debt is reduced first, then each lot gets its own back; an expired lot's
 * share is forfeited again at once; a share that had been debt and was repaid since goes to the newest open lot, or to `spare`.
 */
export function refund(
  undo: Undo,
  credits: Credits,
  draws: readonly Draw[],
  now: number,
  currency: string,
  postings: Posting[],
  spare: () => Lot,
): void {
  for (const { ref, amountMicros } of draws) {
    let left = amountMicros;
    const repay = Math.min(credits.debtMicros, left);
    if (repay > 0) {
      keep(undo, credits, "debtMicros");
      credits.debtMicros -= repay;
      postings.push({ ledger: DEBT, unit: currency, amount: repay });
      changeBalance(undo, credits, repay);
      left -= repay;
    }
    if (left === 0) continue;
    const own = credits.lots.find((lot) => lot.id === ref);
    if (own !== undefined && own.expiresAt <= now) {
      keep(undo, own, "forfeitedMicros");
      keep(undo, credits, "lastExpiry");
      own.forfeitedMicros += left;
      credits.lastExpiry = Math.max(credits.lastExpiry, own.expiresAt);
      postings.push({ ledger: "forfeited", unit: currency, amount: left });
      continue;
    }
    const lot = own ?? newestOpenLot(credits, now) ?? addSpare(undo, credits, spare());
    keep(undo, lot, "remainingMicros");
    lot.remainingMicros += left;
    keep(undo, credits, "head");
    credits.head = Math.min(credits.head, credits.lots.indexOf(lot));
    postings.push({ ledger: CREDIT_LEDGER + lot.id, unit: currency, amount: left });
    changeBalance(undo, credits, left);
  }
}

function addSpare(undo: Undo, credits: Credits, lot: Lot): Lot {
  keep(undo, credits, "nextLot");
  credits.nextLot++;
  append(undo, credits.lots, lot);
  return lot;
}

function newestOpenLot(credits: Credits, now: number): Lot | undefined {
  return credits.lots.findLast((lot) => lot.expiresAt > now);
}

/** Expiry (CC-7): everything left in the lot but what running legs hold; returns what was forfeited. */
export function forfeit(undo: Undo, credits: Credits, lot: Lot, currency: string, postings: Posting[]): number {
  keep(undo, credits, "lastExpiry");
  credits.lastExpiry = Math.max(credits.lastExpiry, lot.expiresAt);
  const amount = Math.min(lot.remainingMicros, Math.max(0, credits.balanceMicros - credits.reservedMicros));
  if (amount === 0) return 0;
  keep(undo, lot, "remainingMicros");
  keep(undo, lot, "forfeitedMicros");
  lot.remainingMicros -= amount;
  lot.forfeitedMicros += amount;
  postings.push({ ledger: CREDIT_LEDGER + lot.id, unit: currency, amount: -amount });
  postings.push({ ledger: "forfeited", unit: currency, amount });
  moveHead(undo, credits);
  changeBalance(undo, credits, -amount);
  return amount;
}

/** D7: what is below zero is billed instead; the balance is 0 afterwards. The other side of the posting is the caller's. */
export function settleDebt(undo: Undo, credits: Credits, currency: string): Posting[] {
  const { debtMicros } = credits;
  keep(undo, credits, "debtMicros");
  credits.debtMicros = 0;
  changeBalance(undo, credits, debtMicros);
  return [{ ledger: DEBT, unit: currency, amount: debtMicros }];
}

function moveHead(undo: Undo, credits: Credits): void {
  let { head } = credits;
  while (head < credits.lots.length && (credits.lots[head] as Lot).remainingMicros === 0) head++;
  if (head === credits.head) return;
  keep(undo, credits, "head");
  credits.head = head;
}

/** Changes what open legs hold by `amountMicros`. */
export function reserveMoney(undo: Undo, credits: Credits, amountMicros: number): void {
  if (amountMicros === 0) return;
  assert(credits.reservedMicros + amountMicros >= 0, "I5: reserved money is the sum of open reservations");
  keep(undo, credits, "reservedMicros");
  credits.reservedMicros += amountMicros;
}

function changeBalance(undo: Undo, credits: Credits, amountMicros: number): void {
  const balance = credits.balanceMicros + amountMicros;
  assert(Number.isSafeInteger(balance), "I2: a balance is a safe integer");
  keep(undo, credits, "balanceMicros");
  credits.balanceMicros = balance;
}
