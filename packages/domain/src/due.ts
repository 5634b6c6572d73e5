/**
 * What has to happen at a time, in one heap for the whole partition (no scans). Entries are looked at on ticks only; an
 * entry whose subject has moved on is put back or dropped then, so nothing is ever searched for in the heap.
 */
export type DueKind =
  | "leg"
  | "lotExpiry"
  | "lotWarning"
  | "paymentRetry"
  | "cardExpiry"
  | "subscriptionTerm"
  | "subscriptionWarning"
  | "subscriptionCharge"
  | "subscriptionStage"
  | "numberReservation"
  | "invoicePeriod"
  | "invoiceGrace"
  | "invoiceDue"
  | "invoiceSuspend"
  | "budgetForecast"
  | "spendMonth";

export interface Due {
  readonly at: number;
  /** Order of arrival: entries of the same time keep it. */
  readonly order: number;
  readonly kind: DueKind;
  readonly account: string;
  /** Usage id, lot, payment, subscription, invoice. */
  readonly ref: string;
}

export interface DueHeap {
  readonly entries: Due[];
  nextOrder: number;
}

export function createDueHeap(): DueHeap {
  return { entries: [], nextOrder: 0 };
}

export function pushDue(heap: DueHeap, at: number, kind: DueKind, account: string, ref: string): void {
  const { entries } = heap;
  const due: Due = { at, order: heap.nextOrder++, kind, account, ref };
  let place = entries.length;
  entries.push(due);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(due, entries[parent] as Due)) break;
    entries[place] = entries[parent] as Due;
    place = parent;
  }
  entries[place] = due;
}

/** The first entry that is due at `now`, taken out; null when there is none. */
export function popDue(heap: DueHeap, now: number): Due | null {
  const { entries } = heap;
  const first = entries[0];
  if (first === undefined || first.at > now) return null;
  const last = entries.pop() as Due;
  if (entries.length > 0) sink(entries, last);
  return first;
}

/** Drops entries whose subject is gone, once they are the most: legs end long before silence would have closed them. */
export function compactDue(heap: DueHeap, live: number, isLive: (due: Due) => boolean): void {
  const { entries } = heap;
  if (entries.length <= 2 * live + COMPACT_FROM) return;
  const kept = entries.filter(isLive).sort((one, other) => one.at - other.at || one.order - other.order);
  entries.length = 0;
  // A sorted array is a heap.
  for (const due of kept) entries.push(due);
}

const COMPACT_FROM = 1000;

function sink(entries: Due[], due: Due): void {
  const { length } = entries;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= length) break;
    if (child + 1 < length && isBefore(entries[child + 1] as Due, entries[child] as Due)) child++;
    if (!isBefore(entries[child] as Due, due)) break;
    entries[place] = entries[child] as Due;
    place = child;
  }
  entries[place] = due;
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
