import type { NumberKind } from "@tollbook/contracts/command/product.ts";
import type { Account } from "../account/account.ts";
import { schedule } from "../account/clock.ts";
import type { User } from "../account/user.ts";
import type { Fold } from "../fold-context.ts";
import { latest } from "../history.ts";
import { assignmentOf, countedNumbers, RESERVED_US, reservedFor } from "../numbers/phone-number.ts";
import type { PhoneNumber } from "../numbers/phone-number.ts";
import { numberQuota } from "../numbers/quota.ts";
import { isPayAsYouGoOn } from "../subscription/subscription.ts";
import { change, deleteEntry, setEntry } from "../undo.ts";
import { accepted, refused } from "./outcome.ts";
import type { Handler, Refused } from "./outcome.ts";
import { userOf } from "./user-commands.ts";

/** CP-14: reserved for ten minutes, in which the order must be placed; reservations count towards the quota. */
export const reserveNumbers: Handler<"number.reserve"> = (fold, account, data) => {
  const numbers = digitsOf(data.numbers);
  if (reservedFor(account, data.order).length > 0) return refused("invalidCommand", `order: ${data.order} has a reservation`);
  const hindrance =
    whyTaken(account, numbers) ?? whyNoTollFree(account, data.kind, fold.now) ?? whyOver(account, data.kind, numbers);
  if (hindrance !== null) return hindrance;
  const reservedUntil = fold.now + RESERVED_US;
  for (const number of numbers) add(fold, account, { number, kind: data.kind, order: data.order, reservedUntil, ported: false });
  schedule(fold, account, reservedUntil + 1, "numberReservation", data.order);
  return accepted(data.order, { numbers, reservedForSeconds: 600, ...leftOf(account, data.kind) });
};

export const orderNumbers: Handler<"number.order"> = (fold, account, data) => {
  const reserved = reservedFor(account, data.order);
  if (reserved.length === 0) return refused("unknownNumber", `order: nothing is reserved for ${data.order}`);
  if (reserved.some(({ reservedUntil }) => reservedUntil < fold.now))
    return refused("reservationLapsed", `order: ${data.order} was to be ordered within ten minutes`);
  for (const number of reserved) {
    change(fold.undo, number, "order", "");
    change(fold.undo, number, "reservedUntil", 0);
  }
  return accepted(data.order, { numbers: reserved.map(({ number }) => number) });
};

/** Brought along from another carrier: no quota (CP-14). */
export const portNumbers: Handler<"number.port"> = (fold, account, data) => {
  const numbers = digitsOf(data.numbers);
  const hindrance = whyTaken(account, numbers) ?? whyNoTollFree(account, data.kind, fold.now);
  if (hindrance !== null) return hindrance;
  for (const number of numbers) add(fold, account, { number, kind: data.kind, order: "", reservedUntil: 0, ported: true });
  return accepted(numbers[0] ?? "", { numbers });
};

/** Given back; only what is assigned to nothing. */
export const releaseNumbers: Handler<"number.release"> = (fold, account, data) => {
  const numbers = digitsOf(data.numbers);
  for (const number of numbers) {
    const held = account.phoneNumbers.get(number);
    if (held === undefined) return refused("unknownNumber", `numbers: ${number}`);
    if (assignmentOf(account, held) !== "Unassigned") return refused("numberInUse", `numbers: ${number}: unassign it first`);
  }
  for (const number of numbers) deleteEntry(fold.undo, account.phoneNumbers, number);
  return accepted(numbers[0] ?? "", { numbers });
};

/** NM-1: user numbers to users; service numbers to conferencing and, through a resource account, to attendants and queues. */
export const assignNumber: Handler<"number.assign"> = (fold, account, data) => {
  const held = heldNumber(account, data.number);
  if ("code" in held) return held;
  if (assignmentOf(account, held) !== "Unassigned") return refused("numberInUse", `number: ${held.number}: unassign it first`);
  const suited =
    held.kind === "user" ? ["user", "policy", "thirdPartyApp"] : ["resourceAccount", "conferencing", "thirdPartyApp"];
  if (!suited.includes(data.to))
    return refused("numberNotSuited", `to: a ${held.kind} number can be assigned to: ${suited.join(", ")}`);
  if (data.to !== "user" && data.to !== "resourceAccount") {
    change(fold.undo, held, "assignedTo", data.to);
    return accepted(held.number, { status: assignmentOf(account, held) });
  }
  const user = data.user === undefined ? null : userOf(account, data.user);
  if (user === null || user.kind !== data.to) return refused("unknownUser", `user: ${data.user ?? "missing"} is no ${data.to}`);
  change(fold.undo, user, "numbers", [...user.numbers, held.number]);
  setEntry(fold.undo, account.numbers, held.number, user.id);
  return accepted(held.number, { status: assignmentOf(account, held) });
};

export const unassignNumber: Handler<"number.unassign"> = (fold, account, data) => {
  const held = heldNumber(account, data.number);
  if ("code" in held) return held;
  const user = account.users.get(account.numbers.get(held.number) ?? "");
  if (user !== undefined) takeFromUser(fold, account, user, held.number);
  change(fold.undo, held, "assignedTo", "");
  return accepted(held.number, { status: "Unassigned" });
};

function takeFromUser(fold: Fold, account: Account, user: User, number: string): void {
  deleteEntry(fold.undo, account.numbers, number);
  change(
    fold.undo,
    user,
    "numbers",
    user.numbers.filter((one) => one !== number),
  );
}

/** Acquired or ported, not only reserved. */
function heldNumber(account: Account, number: string): PhoneNumber | Refused {
  const [digits = ""] = digitsOf([number]);
  const held = account.phoneNumbers.get(digits);
  return held === undefined || held.order !== "" ? refused("unknownNumber", `number: ${number}`) : held;
}

function whyTaken(account: Account, numbers: readonly string[]): Refused | null {
  const taken = numbers.find((number) => account.phoneNumbers.has(number));
  return taken === undefined ? null : refused("numberTaken", `numbers: ${taken}`);
}

/** NM-1: the organisation pays for every minute of them. Under post-usage billing an option that is On stands for credits. */
function whyNoTollFree(account: Account, kind: NumberKind, now: number): Refused | null {
  if (kind !== "tollFree" || account.credits.balanceMicros > 0) return null;
  if (latest(account.settings).agreement === "MCA")
    for (const subscription of account.subscriptions.values()) if (isPayAsYouGoOn(subscription, now)) return null;
  return refused("creditsNeeded", "kind: toll-free numbers are charged per minute");
}

function whyOver(account: Account, kind: NumberKind, numbers: readonly string[]): Refused | null {
  const { quota, left } = leftOf(account, kind);
  return numbers.length > left
    ? refused("quotaExceeded", `numbers: ${Math.max(0, left)} of ${quota} ${kind} numbers are left (CP-14)`)
    : null;
}

function leftOf(account: Account, kind: NumberKind): { readonly quota: number; readonly left: number } {
  const quota = numberQuota(account, kind);
  return { quota, left: quota - countedNumbers(account, kind) };
}

function add(
  fold: Fold,
  account: Account,
  number: Pick<PhoneNumber, "number" | "kind" | "ported" | "order" | "reservedUntil">,
): void {
  setEntry(fold.undo, account.phoneNumbers, number.number, { ...number, since: fold.now, assignedTo: "" });
}

function digitsOf(numbers: readonly string[]): string[] {
  return [...new Set(numbers.map((number) => (number.startsWith("+") ? number.slice(1) : number)))];
}
