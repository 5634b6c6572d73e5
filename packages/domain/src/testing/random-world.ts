import * as fc from "fast-check";
import { micros, seconds } from "@tollbook/contracts/units.ts";
import type { Country, Currency } from "@tollbook/contracts/units.ts";
import { compileDeck } from "@tollbook/tariffs/deck.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";
import type { RateRow } from "@tollbook/tariffs/types.ts";
import type { ModelRate, ModelWorld } from "./naive-model.ts";

/** Random organisations and random traffic on them, for the property tests. */

const USERS = [
  { plan: "domestic120", creditsLicence: true },
  { plan: "domestic120", creditsLicence: false },
  { plan: "payAsYouGo", creditsLicence: true },
  { plan: "none", creditsLicence: true },
  { plan: "international", creditsLicence: true },
  { plan: "international", creditsLicence: false },
] as const;

const spendLimit = fc.constantFrom(null, null, null, 1n, 60_000n, 400_000n);
const users = fc
  .tuple(...USERS.map(() => spendLimit))
  .map((limits) => USERS.map((one, at) => ({ ...one, spendLimit: limits[at] ?? null })));

/** Numbers of the rates: the first two are at home. */
export const NUMBERS = ["4930901820", "4989123456", "33140205050", "390612345678"];
const PREFIXES = ["4930", "4989", "33", "39"];

const rate = (domestic: boolean): fc.Arbitrary<ModelRate> =>
  fc.record({
    domestic: fc.constant(domestic),
    price: fc.oneof(fc.constantFrom(15_000n, 16_000n, 320_000n), fc.bigInt({ min: 1n, max: 2_000_000n })),
    fee: fc.constantFrom(0n, 0n, 10_000n),
    first: fc.constantFrom(60, 60, 30, 1, 7),
    next: fc.constantFrom(60, 60, 6, 1, 20),
    least: fc.constantFrom(null, null, 50_000n),
    most: fc.constantFrom(null, null, 500_000n),
  });

export const world: fc.Arbitrary<ModelWorld> = fc.record({
  users,
  postPaid: fc.boolean(),
  cut: fc.boolean(),
  capMicros: fc.constantFrom(0n, 100_000n, 50_000_000n),
  coupling: fc.constantFrom("either" as const, "independent" as const),
  // Two users: 2,400 minutes at home, 1,200 abroad.
  burnt: fc.record({
    domestic: fc.constantFrom(0, 2300, 2390, 2399, 2400),
    international: fc.constantFrom(0, 1100, 1190, 1199, 1200),
  }),
  rates: fc.tuple(rate(true), rate(true), rate(false), rate(false)),
});

/** One step of the traffic; `dt` seconds pass before it. */
export type Step = { readonly dt: number } & (
  | { readonly do: "authorize"; readonly leg: number; readonly user: number; readonly rate: number; readonly slice: number }
  | { readonly do: "progress"; readonly leg: number; readonly slice: number }
  | { readonly do: "ended"; readonly leg: number; readonly user: number; readonly rate: number; readonly length: number }
  /** Ends so many seconds after its grant is spent. */
  | { readonly do: "overrun"; readonly leg: number; readonly by: number }
  | { readonly do: "cancelled"; readonly leg: number }
  | { readonly do: "repeat"; readonly back: number }
  | { readonly do: "goodwill"; readonly micros: number }
  | { readonly do: "switch"; readonly on: boolean }
  | { readonly do: "tick" }
  | { readonly do: "snapshot" }
);

const dt = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 4000 }) },
);
const leg = fc.integer({ min: 0, max: 7 });
const user = fc.constantFrom(0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 5);
const place = fc.integer({ min: 0, max: 3 });
const slice = fc.constantFrom(60, 60, 1, 45, 600, 7200);

const traffic: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("authorize" as const), dt, leg, user, rate: place, slice }) },
    { weight: 9, arbitrary: fc.record({ do: fc.constant("progress" as const), dt, leg, slice }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("ended" as const),
        dt,
        leg,
        user,
        rate: place,
        length: fc.integer({ min: 0, max: 5000 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("overrun" as const), dt, leg, by: fc.integer({ min: -1, max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("cancelled" as const), dt, leg }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("repeat" as const), dt, back: fc.integer({ min: 0, max: 30 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("goodwill" as const), dt, micros: fc.integer({ min: 1, max: 2_000_000 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("switch" as const), dt, on: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("tick" as const), dt }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("snapshot" as const), dt }) },
  ),
  { minLength: 1, maxLength: 90 },
);

/** A whole call that falls silent and ends after all, or that is ended right after its grant: chance alone seldom makes these. */
const story: fc.Arbitrary<Step[]> = fc
  .record({
    leg,
    user,
    rate: place,
    slice,
    more: slice,
    gap: fc.integer({ min: 1, max: 50 }),
    by: fc.integer({ min: -1, max: 7 }),
    silent: fc.boolean(),
  })
  .map(({ silent, leg: at, user: who, rate: where, slice: first, more, gap, by }): Step[] => [
    { do: "authorize", dt: 0, leg: at, user: who, rate: where, slice: first },
    { do: "progress", dt: gap, leg: at, slice: more },
    ...(silent
      ? ([
          { do: "tick", dt: 200 },
          { do: "ended", dt: gap, leg: at, user: who, rate: where, length: 0 },
        ] as const)
      : ([{ do: "overrun", dt: 0, leg: at, by }] as const)),
  ]);

/** Most organisations have some money and most have switched the option on: otherwise little would be granted. */
export const steps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.constantFrom(0, 40_000, 300_000, 2_000_000), fc.boolean(), fc.array(story, { maxLength: 6 }), traffic)
  .map(([money, on, stories, list]): Step[] => [
    ...(money === 0 ? [] : [{ do: "goodwill" as const, dt: 0, micros: money }]),
    { do: "switch", dt: 0, on },
    ...stories.flat(),
    ...list,
  ]);

export function deckOf(rates: readonly ModelRate[]): RateDeck {
  const rows = rates.map((one, at): RateRow => ({
    line: at + 2,
    prefix: PREFIXES[at] as string,
    originPrefix: "",
    direction: "outbound",
    numberClass: "geographic",
    destination: `rate ${at}`,
    country: (one.domestic ? "DE" : "FR") as Country,
    type: "",
    currency: "USD" as Currency,
    connectFeeMicros: micros(Number(one.fee)),
    pricePerMinuteMicros: micros(Number(one.price)),
    firstIncrementSeconds: seconds(one.first),
    nextIncrementSeconds: seconds(one.next),
    minChargeMicros: one.least === null ? null : micros(Number(one.least)),
    maxChargeMicros: one.most === null ? null : micros(Number(one.most)),
    band: "",
    validFrom: null,
    validTo: null,
  }));
  return compileDeck(rows, { deckId: "random", name: "random", timeZone: "UTC", bandMode: "split", bands: [], holidays: [] });
}
