import { numberKinds } from "@tollbook/contracts/command/product.ts";
import type { NumbersView } from "@tollbook/contracts/product-views.ts";
import { countryOf } from "@tollbook/tariffs/country-of.ts";
import type { Account } from "../account/account.ts";
import { assignmentOf, countedNumbers } from "../numbers/phone-number.ts";
import type { PhoneNumber } from "../numbers/phone-number.ts";
import { numberQuota, resourceAccountQuota, resourceAccountsBought } from "../numbers/quota.ts";
import type { PartitionState } from "../state.ts";
import { asOf, MOST_ROWS, time } from "./as-of.ts";

/** CP-14, RA-1, NM-1: quotas and what is used of them, and the numbers in ascending order; `after`: the last of the page before. */
export function numbersView(state: PartitionState, account: Account, after: string | null): NumbersView {
  const all = [...account.phoneNumbers.values()].sort((one, other) => (one.number < other.number ? -1 : 1));
  const from = after === null ? all : all.filter(({ number }) => number > after);
  const page = from.slice(0, MOST_ROWS);
  return {
    asOf: asOf(state, account),
    quotas: numberKinds.map((kind) => {
      const quota = numberQuota(account, kind);
      const used = countedNumbers(account, kind);
      return { kind, quota, used, left: Math.max(0, quota - used) };
    }),
    resourceAccounts: quotaOf(resourceAccountQuota(account), resourceAccountsBought(account)),
    total: all.length,
    numbers: page.map((number) => numberRow(account, number)),
    next: from.length > page.length ? (page.at(-1)?.number ?? null) : null,
  };
}

function quotaOf(quota: number, used: number): { quota: number; used: number; left: number } {
  return { quota, used, left: Math.max(0, quota - used) };
}

function numberRow(account: Account, held: PhoneNumber): NumbersView["numbers"][number] {
  const holder = account.numbers.get(held.number) ?? held.assignedTo;
  return {
    number: `+${held.number}`,
    kind: held.kind,
    country: countryOf(held.number)?.country ?? "",
    ported: held.ported,
    status: assignmentOf(account, held),
    assignedTo: holder === "" ? null : holder,
    reservedUntil: held.reservedUntil === 0 ? null : time(held.reservedUntil),
    order: held.order === "" ? null : held.order,
  };
}
