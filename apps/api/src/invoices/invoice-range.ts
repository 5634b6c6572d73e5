import { daysFromCivil } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { ApiProblem } from "../problem.ts";

/** IN-1 [R]: no list and no export of more than this. */
const MOST_MONTHS = 24;

export const day = z.string().check(
  z.refine((text) => {
    const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
    return daysFromCivil(Number(year), Number(month), Number(date)) !== null;
  }, "a day, such as 2026-11-22"),
);

export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** IN-1: `from ≤ to`, at most 24 months. Throws ApiProblem `invalidRequest`. */
export function checkRange({ from, to }: DayRange): DayRange {
  if (from > to) throw new ApiProblem("invalidRequest", { detail: `from: ${from} is after ${to}`, hint: "Swap the two days." });
  const last = monthsLater(from, MOST_MONTHS);
  if (to > last)
    throw new ApiProblem("invalidRequest", {
      detail: `to: more than ${MOST_MONTHS} months after ${from}`,
      hint: `Choose ${last} or earlier; what is older is asked for in parts.`,
    });
  return { from, to };
}

/** The same day so many months later, clamped to the month's last. */
function monthsLater(text: string, months: number): string {
  const [year = 0, month = 1, date = 1] = text.split("-").map(Number);
  const count = year * 12 + month - 1 + months;
  const targetYear = Math.floor(count / 12);
  const targetMonth = (count % 12) + 1;
  let last = date;
  while (daysFromCivil(targetYear, targetMonth, last) === null) last--;
  return [String(targetYear).padStart(4, "0"), two(targetMonth), two(last)].join("-");
}

const two = (value: number): string => String(value).padStart(2, "0");
