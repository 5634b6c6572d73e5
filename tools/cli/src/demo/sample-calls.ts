/**
 * Sample calls for the demo: made up, but shaped like an office's month (busy mornings, quiet weekends, many short calls).
 * The same seed gives the same calls, so that a second demo on the same data adds nothing twice.
 */
import type { CallType } from "@tollbook/contracts/call-event.ts";
import {
  civilFromDays,
  formatTime,
  type TimeUs,
  timeUs,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_SECOND,
} from "@tollbook/contracts/units.ts";

/** One finished call, before it is told as events. */
export interface SampleCall {
  usageId: string;
  callType: CallType;
  direction: "inbound" | "outbound";
  user: string | null;
  organizer: string | null;
  resourceAccount: string | null;
  from: string;
  to: string;
  serviceNumber: string | null;
  numberType: "subscriber" | "toll" | "tollFree" | null;
  conferenceId: string | null;
  setupAt: TimeUs;
  /** Null: nobody answered. */
  answeredAt: TimeUs | null;
  endedAt: TimeUs;
}

/** Who calls in the sample organisation. */
export interface SampleCast {
  users: readonly string[];
  organizers: readonly string[];
  queue: string;
  ownNumber: string;
  tollNumber: string;
  tollFreeNumber: string;
}

/** Real ranges, subscriber digits made up: the sample deck prices them. Weights: mostly at home, some far away. */
const destinations: readonly [prefix: string, weight: number][] = [
  ["4930", 30],
  ["4989", 18],
  ["4915", 12],
  ["331", 6],
  ["336", 4],
  ["4420", 6],
  ["4475", 3],
  ["1201", 5],
  ["45", 5],
  ["31", 3],
  ["41", 4],
  ["4822", 3],
  ["9122", 2],
  ["93", 1],
];

/** Share of a day's calls by hour of the day. */
const HOURS = [0, 0, 0, 0, 0, 0, 1, 3, 8, 12, 12, 10, 7, 9, 11, 10, 8, 5, 2, 1, 1, 0, 0, 0];

/** All calls of one UTC day, the same for the same day and cast; about `perDay` on a working day, a tenth at the weekend. */
export function callsOfDay(day: number, perDay: number, cast: SampleCast): SampleCall[] {
  const random = createRandom(day * 2_654_435_761);
  const weekday = (day + 4) % 7;
  const count = weekday === 0 || weekday === 6 ? Math.floor(perDay / 10) : perDay;
  const { year, month, day: dayOfMonth } = civilFromDays(day);
  const label = `${year}${String(month).padStart(2, "0")}${String(dayOfMonth).padStart(2, "0")}`;
  return Array.from({ length: count }, (_, index) => {
    const hour = weighted(
      HOURS.map((weight, at) => [at, weight]),
      random,
    );
    const setupAt = timeUs(day * US_PER_DAY + hour * US_PER_HOUR + Math.floor(random() * 3_600) * US_PER_SECOND);
    return sampleCall(`sample-${label}-${index}`, setupAt, cast, random);
  });
}

/** One call that begins now, for live traffic. */
export function sampleCall(usageId: string, setupAt: TimeUs, cast: SampleCast, random: () => number): SampleCall {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const ringing = 2 + Math.floor(random() * 12);
  const answered = random() < 0.86;
  // Many short calls, few long ones, none over an hour.
  const talking = Math.min(3_600, 5 + Math.floor(-170 * Math.log(1 - random())));
  const microseconds = Math.floor(random() * 1_000_000);
  const answeredAt = answered ? timeUs(setupAt + ringing * US_PER_SECOND) : null;
  const base = {
    usageId,
    setupAt,
    answeredAt,
    endedAt: timeUs(answeredAt === null ? setupAt + 25 * US_PER_SECOND : answeredAt + talking * US_PER_SECOND + microseconds),
    user: null,
    organizer: null,
    resourceAccount: null,
    serviceNumber: null,
    numberType: null,
    conferenceId: null,
  };
  const far = () => `+${dialled(weighted(destinations, random), random)}`;
  const kind = random();
  if (kind < 0.62)
    return { ...base, callType: "user_out", direction: "outbound", user: pick(cast.users), from: cast.ownNumber, to: far() };
  if (kind < 0.8) {
    return {
      ...base,
      callType: "user_in",
      direction: "inbound",
      user: pick(cast.users),
      from: far(),
      to: cast.ownNumber,
      numberType: "subscriber",
    };
  }
  const conference = { organizer: pick(cast.organizers), conferenceId: `conf-${usageId}` };
  if (kind < 0.86)
    return { ...base, ...conference, callType: "conf_out", direction: "outbound", from: cast.tollNumber, to: far() };
  if (kind < 0.92) {
    return {
      ...base,
      ...conference,
      callType: "conf_in",
      direction: "inbound",
      from: far(),
      to: cast.tollNumber,
      serviceNumber: cast.tollNumber,
      numberType: "toll",
    };
  }
  return {
    ...base,
    callType: "ucap_in",
    direction: "inbound",
    resourceAccount: cast.queue,
    from: far(),
    to: cast.tollFreeNumber,
    serviceNumber: cast.tollFreeNumber,
    numberType: "tollFree",
  };
}

/** A call told as one CloudEvent of the given type (contract §1), as a feeder would send it. */
export function cloudEvent(
  call: SampleCall,
  type: "started" | "answered" | "ended" | "authorize" | "progress",
  source: string,
  extra: Record<string, unknown> = {},
): object {
  const { setupAt, answeredAt, endedAt, ...who } = call;
  const at = type === "ended" ? endedAt : type === "answered" || type === "progress" ? (answeredAt ?? setupAt) : setupAt;
  return {
    specversion: "1.0",
    id: `${call.usageId}:${type}${type === "progress" ? `:${String(extra["seq"])}` : ""}`,
    source,
    type: `telephony.call.${type}.v1`,
    time: formatTime(at),
    data: {
      ...Object.fromEntries(Object.entries(who).filter(([, value]) => value !== null)),
      callId: call.usageId,
      legId: "1",
      setupAt: formatTime(setupAt),
      ...(answeredAt !== null && type !== "started" && type !== "authorize" ? { answeredAt: formatTime(answeredAt) } : {}),
      ...(type === "ended" ? { endedAt: formatTime(endedAt), end: { by: "caller", q850: answeredAt === null ? 19 : 16 } } : {}),
      ...extra,
    },
  };
}

/** mulberry32: small, fast, repeatable; good enough to make samples with. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function weighted<Item>(items: readonly (readonly [item: Item, weight: number])[], random: () => number): Item {
  let left = random() * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return (items[items.length - 1] as readonly [Item, number])[0];
}

/** Fills a prefix up to eleven digits. */
function dialled(prefix: string, random: () => number): string {
  let number = prefix;
  while (number.length < 11) number += Math.floor(random() * 10);
  return number;
}
