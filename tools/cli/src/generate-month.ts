/**
 * A made-up call centre's month with the columns of a real one's log: arrivals by hour and weekday, a voice menu, a queue,
 * service, hang-ups, call ids that repeat, clocks that lag, calls across midnight. The same seed gives the same file.
 * Figures (shares, quantiles of lengths) are shaped after published call-centre data; every row is drawn.
 */
import { civilFromDays, daysFromCivil } from "@tollbook/contracts/units.ts";

export interface MonthOptions {
  readonly seed: number;
  /** Roughly: the calls of the whole month, 42,000 for the real size. */
  readonly calls: number;
  readonly year: number;
  readonly month: number;
}

const HEADER =
  "line,call_id,customer,priority,type,date,vru_entry,vru_exit,vru_time_s,q_start,q_exit,q_time_s,outcome,ser_start,ser_exit,ser_time_s,server";
/** Calls per 10,000 of a day, by hour. */
const BY_HOUR = [53, 22, 9, 5, 4, 5, 31, 239, 504, 776, 894, 805, 723, 704, 721, 723, 681, 568, 510, 364, 396, 481, 468, 318];
/** Weight of each weekday, Monday first: a working week of Sunday to Thursday. */
const BY_WEEKDAY = [91, 87, 77, 75, 29, 9, 90];
/** Lengths in seconds: pairs of (per mille of the calls, at most so long), between which is interpolated. */
const MENU: Quantiles = [
  [0, 0],
  [50, 5],
  [250, 6],
  [500, 9],
  [750, 10],
  [900, 15],
  [950, 21],
  [990, 95],
  [999, 518],
  [1000, 3600],
];
const QUEUE: Quantiles = [
  [0, 0],
  [50, 8],
  [250, 28],
  [500, 72],
  [750, 162],
  [900, 278],
  [990, 565],
  [999, 1057],
  [1000, 2400],
];
const SERVICE: Quantiles = [
  [0, 0],
  [50, 7],
  [250, 58],
  [500, 109],
  [750, 207],
  [900, 384],
  [990, 1181],
  [999, 3707],
  [1000, 36_000],
];
const TYPES: readonly (readonly [number, string])[] = [
  [649, "PS"],
  [814, "NW"],
  [899, "IN"],
  [979, "NE"],
  [996, "TT"],
  [1000, "PE"],
];

type Quantiles = readonly (readonly [perMille: number, seconds: number])[];

/** The file's lines, header first, in order of arrival. */
export function* generateMonth(options: MonthOptions): Generator<string> {
  const draw = createDraw(options.seed);
  yield HEADER;
  const first = daysFromCivil(options.year, options.month, 1);
  if (first === null) throw new RangeError(`there is no month ${options.month} in ${options.year}`);
  const days: number[] = [];
  for (let day = first; civilFromDays(day).month === options.month; day++) days.push(day);
  const weightOf = (day: number): number => BY_WEEKDAY[(((day + 3) % 7) + 7) % 7] ?? 1;
  const total = days.reduce((sum, day) => sum + weightOf(day), 0);
  let callId = 10_000;
  for (const day of days) {
    const calls = Math.round((options.calls * weightOf(day)) / total);
    const arrivals = Array.from({ length: calls }, () => arrivalSecond(draw)).toSorted((a, b) => a - b);
    for (const arrival of arrivals) {
      // Half of the ids come again, once or several times: they do not name a call.
      if (draw(1000) < 470 || callId === 10_000) callId += 1;
      yield row(draw, day, arrival, draw(1000) < 470 ? callId : 10_000 + draw(callId - 9_999));
    }
  }
}

function arrivalSecond(draw: Draw): number {
  let left = draw(BY_HOUR.reduce((sum, weight) => sum + weight, 0));
  const hour = BY_HOUR.findIndex((weight) => (left -= weight) < 0);
  return hour * 3600 + draw(3600);
}

function row(draw: Draw, day: number, arrival: number, callId: number): string {
  const queued = draw(1000) < 618;
  const served = draw(1000) < (queued ? 719 : 809);
  const menuSeconds = lengthFrom(MENU, draw);
  const menuExit = arrival + menuSeconds;
  const queueSeconds = queued ? lengthFrom(QUEUE, draw) : 0;
  const queueExit = menuExit + queueSeconds;
  const serviceSeconds = served ? lengthFrom(SERVICE, draw) : 0;
  // One clock in two thousand lags: the menu then seems to end before it began.
  const lag = queued && queueSeconds > 60 && draw(2000) === 0 ? menuSeconds + draw(60) : 0;
  const known = draw(1000) < 453;
  const kind = draw(1000);
  const type = TYPES.find(([perMille]) => kind < perMille)?.[1] ?? "PS";
  const { year, month, day: dayOfMonth } = civilFromDays(day);
  const outcome = served ? (draw(100) === 0 ? "PHANTOM" : "AGENT") : "HANG";
  return [
    `AA0${1 + draw(2)}${two(1 + draw(20))}`,
    callId,
    known ? `c${String(1 + draw(9_000)).padStart(5, "0")}` : "",
    known ? 1 + draw(2) : 0,
    type,
    `${year}-${two(month)}-${two(dayOfMonth)}`,
    clock(arrival),
    clock(menuExit - lag),
    menuSeconds - lag,
    queued ? clock(menuExit - lag) : "0:00:00",
    queued ? clock(queueExit) : "0:00:00",
    queued ? queueSeconds + lag : 0,
    outcome,
    served ? clock(queueExit) : "0:00:00",
    served ? clock(queueExit + serviceSeconds) : "0:00:00",
    serviceSeconds,
    served ? `agent${two(1 + draw(46))}` : "NO_SERVER",
  ].join(",");
}

/** A length with these quantiles, in whole seconds. */
function lengthFrom(quantiles: Quantiles, draw: Draw): number {
  const at = draw(1_000_000);
  let [fromShare, fromSeconds] = [0, 0];
  for (const [perMille, limit] of quantiles) {
    const share = perMille * 1000;
    if (at < share) return fromSeconds + Math.floor(((limit - fromSeconds) * (at - fromShare)) / (share - fromShare));
    [fromShare, fromSeconds] = [share, limit];
  }
  return fromSeconds;
}

/** Time of day, also past midnight. As in the original, exactly midnight cannot be told from "not at all": it is a second later. */
function clock(second: number): string {
  const ofDay = ((second % 86_400) + 86_400) % 86_400 || 1;
  return `${Math.floor(ofDay / 3600)}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** A whole number from 0 to below `limit`. Integer arithmetic only, so that every machine draws the same. */
type Draw = (limit: number) => number;

function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    // A counter with an odd step, its bits mixed by two multiplications.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % limit;
  };
}
