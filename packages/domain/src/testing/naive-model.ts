/**
 * The same rules, written differently and slowly: no balances, no counters, no reservations are kept. There is a list of what
 * happened, and every question goes through the whole list again; money is exact fractions of micro-units in bigint, legs are
 * walked increment by increment. It knows one account in one currency, and as much of the rules as the random worlds reach.
 */
export interface ModelUser {
  readonly plan: "none" | "domestic120" | "payAsYouGo" | "international";
  readonly creditsLicence: boolean;
  /** SL-1; null: none. */
  readonly spendLimit: bigint | null;
}

export interface ModelWorld {
  readonly users: readonly ModelUser[];
  readonly postPaid: boolean;
  readonly cut: boolean;
  readonly capMicros: bigint;
  /** CP-6. */
  readonly coupling: "either" | "independent";
  /** Minutes of the international plan that are gone before traffic begins. */
  readonly burnt: { readonly domestic: number; readonly international: number };
  readonly rates: readonly ModelRate[];
}

export interface ModelRate {
  readonly domestic: boolean;
  readonly price: bigint;
  readonly fee: bigint;
  readonly first: number;
  readonly next: number;
  readonly least: bigint | null;
  readonly most: bigint | null;
}

export interface ModelLeg {
  readonly id: string;
  readonly user: number;
  readonly rate: number;
}

export interface ModelResult {
  readonly poolMinutes: number;
  readonly credits: bigint;
  readonly overage: bigint;
  readonly unfundedSeconds: number;
  readonly reason: string | null;
}

export interface ModelAnswer {
  readonly allow: boolean;
  readonly reason: string;
  readonly granted: number;
  readonly reserved: bigint;
}

/** All that ever happened, in order; a settlement that was replaced is marked so and counts no more. */
type Fact =
  | { what: "money"; amount: bigint }
  | { what: "switch"; on: boolean; at: number }
  | {
      what: "granted";
      leg: string;
      month: number;
      from: string;
      pool: number;
      money: bigint;
      seconds: number;
      final: boolean;
      onCredits: boolean;
    }
  | { what: "closed"; leg: string }
  | {
      what: "settled";
      leg: string;
      user: number;
      month: number;
      from: string;
      result: ModelResult;
      replaced: boolean;
      promised: boolean;
    };

interface Funds {
  /** Key of the pool; empty: none. */
  from: string;
  pool: number;
  available: bigint;
  mayCredit: boolean;
  credit: boolean;
  overage: boolean;
  refusal: string;
}

export function createNaiveModel(world: ModelWorld) {
  const facts: Fact[] = [];
  const heldBy = (leg: string): Extract<Fact, { what: "granted" }> | null => {
    let held: Extract<Fact, { what: "granted" }> | null = null;
    for (const fact of facts) {
      if (fact.what === "granted" && fact.leg === leg) held = fact;
      if (fact.what === "closed" && fact.leg === leg) held = null;
    }
    return held;
  };
  const grants = () => {
    const legs = new Set(facts.filter((fact) => fact.what === "granted").map(({ leg }) => leg));
    return [...legs].map(heldBy).filter((fact) => fact !== null);
  };
  const settled = () => facts.filter((fact) => fact.what === "settled").filter(({ replaced }) => !replaced);
  const holders = (wanted: ModelUser["plan"]): number => world.users.filter(({ plan }) => plan === wanted).length;
  const size = (pool: string): number => {
    if (pool === DOMESTIC_120) return 120 * holders("domestic120");
    return (pool === INTERNATIONAL_HOME ? 1200 : 600) * holders("international");
  };
  const usedMinutes = (pool: string, month: number): number =>
    settled().reduce((sum, fact) => sum + (fact.from === pool && fact.month === month ? fact.result.poolMinutes : 0), 0);
  const poolLeft = (pool: string, month: number): number =>
    grants().reduce(
      (left, fact) => left - (fact.from === pool && fact.month === month ? fact.pool : 0),
      Math.max(0, size(pool) - usedMinutes(pool, month)),
    );
  const spent = (user: number, month: number): bigint =>
    settled().reduce(
      (sum, fact) => sum + (fact.user === user && fact.month === month ? fact.result.credits + fact.result.overage : 0n),
      0n,
    );
  const balance = (): bigint => {
    const bought = facts.reduce((sum, fact) => sum + (fact.what === "money" ? fact.amount : 0n), 0n);
    return settled().reduce((left, { result }) => left - result.credits, bought);
  };
  const reserved = (): bigint => grants().reduce((sum, { money }) => sum + money, 0n);
  const switchAt = (at: number): boolean => {
    let on = false;
    for (const fact of facts) if (fact.what === "switch" && fact.at <= at) on = fact.on;
    return on;
  };

  const poolOf = (user: ModelUser, rate: ModelRate): string => {
    if (user.plan === "domestic120") return rate.domestic ? DOMESTIC_120 : "";
    if (user.plan === "international") return rate.domestic ? INTERNATIONAL_HOME : INTERNATIONAL_ABROAD;
    return "";
  };

  const funds = (leg: ModelLeg, startAt: number, month: number, promised: boolean, onCredits: boolean): Funds => {
    const user = world.users[leg.user] as ModelUser;
    const from = poolOf(user, world.rates[leg.rate] as ModelRate);
    let pool = from === "" ? 0 : poolLeft(from, month);
    // CP-6: a new call of the one kind has no minutes either when those of the other are gone.
    if (user.plan === "international" && world.coupling === "either" && !promised) {
      const other = from === INTERNATIONAL_HOME ? INTERNATIONAL_ABROAD : INTERNATIONAL_HOME;
      if (poolLeft(other, month) <= 0) pool = 0;
    }
    if (user.spendLimit !== null && !promised && spent(leg.user, month) >= user.spendLimit)
      return { from, pool, available: 0n, mayCredit: false, credit: false, overage: false, refusal: "spendLimit" };
    const available = user.creditsLicence ? balance() - reserved() : 0n;
    const on = world.postPaid && switchAt(startAt);
    return {
      from,
      pool,
      available,
      mayCredit: user.creditsLicence,
      credit: user.creditsLicence && (available > 0n || (onCredits && !on)),
      overage: on,
      refusal: world.postPaid && !on ? "payAsYouGoOff" : user.creditsLicence ? "creditsExhausted" : "noCreditsLicense",
    };
  };

  return {
    facts,
    balance,
    reserved,
    poolLeft,
    usedMinutes,
    spent,
    totals() {
      const all = settled().map(({ result }) => result);
      return {
        credits: all.reduce((sum, { credits }) => sum + credits, 0n),
        overage: all.reduce((sum, { overage }) => sum + overage, 0n),
      };
    },
    money(amount: bigint): void {
      facts.push({ what: "money", amount });
    },
    switch(on: boolean, at: number): void {
      facts.push({ what: "switch", on, at });
    },
    close(leg: string): void {
      facts.push({ what: "closed", leg });
    },
    /** A grant for `used` seconds gone and `slice` more. */
    grant(leg: ModelLeg, startAt: number, month: number, used: number, slice: number): ModelAnswer {
      const held = heldBy(leg.id);
      const user = world.users[leg.user] as ModelUser;
      if (user.plan === "none") return { allow: false, reason: "noPlan", granted: 0, reserved: 0n };
      if (held !== null) facts.push({ what: "closed", leg: leg.id });
      const from = funds(leg, startAt, month, held !== null, held?.onCredits ?? false);
      const rate = world.rates[leg.rate] as ModelRate;
      const wanted = roundUp(rate, Math.min(used + slice, 86_400));
      let pool = 0;
      while (pool < from.pool && pool * 60 < wanted) pool++;
      const poolSeconds = Math.min(pool * 60, wanted);
      const price = (seconds: number): bigint => charge(rate, seconds, poolSeconds);
      let granted = wanted;
      let money = 0n;
      let final = false;
      if (poolSeconds < wanted) {
        if (from.overage) money = from.credit ? least(most(from.available, 0n), price(wanted)) : 0n;
        else {
          const room = from.available + (world.cut ? 0n : world.capMicros);
          if (from.credit && price(wanted) <= room) money = price(wanted);
          else {
            final = true;
            granted = poolSeconds;
            // Whole increments, one after the other, as long as they can be paid.
            if (from.credit) {
              for (let end = rate.first; end < wanted; end += rate.next)
                if (end > poolSeconds && price(end) <= room) granted = end;
            }
            if (granted === 0 && held === null) return { allow: false, reason: from.refusal, granted: 0, reserved: 0n };
            money = granted > poolSeconds ? price(granted) : 0n;
          }
        }
      }
      const onCredits = (held?.onCredits ?? false) || money > 0n;
      facts.push({ what: "granted", leg: leg.id, month, from: from.from, pool, money, seconds: granted, final, onCredits });
      return { allow: true, reason: "ok", granted, reserved: money };
    },
    /** The end: `replaces` an earlier settlement of the same leg. */
    settle(leg: ModelLeg, startAt: number, month: number, connected: number, cut: boolean, replaces: boolean): ModelResult {
      const held = heldBy(leg.id);
      facts.push({ what: "closed", leg: leg.id });
      // What was promised to a leg that silence closed stays good when its end comes after all.
      let promised = held !== null;
      let onCredits = held?.onCredits ?? false;
      for (const fact of facts) {
        if (!replaces || fact.what !== "settled" || fact.leg !== leg.id) continue;
        fact.replaced = true;
        promised = fact.promised;
        onCredits = fact.promised && fact.result.credits > 0n;
      }
      const over = held !== null && (held.final || cut) && connected > held.seconds && connected <= held.seconds + 5;
      const result = pay(leg, startAt, month, over ? held.seconds : connected, promised, onCredits);
      const from = poolOf(world.users[leg.user] as ModelUser, world.rates[leg.rate] as ModelRate);
      facts.push({ what: "settled", leg: leg.id, user: leg.user, month, from, result, replaced: false, promised });
      return result;
    },
  };

  function pay(
    leg: ModelLeg,
    startAt: number,
    month: number,
    seconds: number,
    promised: boolean,
    onCredits: boolean,
  ): ModelResult {
    const nothing = { poolMinutes: 0, credits: 0n, overage: 0n };
    const user = world.users[leg.user] as ModelUser;
    if (user.plan === "none") return { ...nothing, unfundedSeconds: seconds, reason: "noPlan" };
    const from = funds(leg, startAt, month, promised, onCredits);
    const rate = world.rates[leg.rate] as ModelRate;
    const billed = roundUp(rate, seconds);
    let pool = 0;
    while (pool < from.pool && pool * 60 < billed) pool++;
    const poolSeconds = Math.min(pool * 60, billed);
    if (poolSeconds === billed) return { ...nothing, poolMinutes: pool, unfundedSeconds: 0, reason: null };
    const due = charge(rate, billed, poolSeconds);
    // What comes to nothing needs nobody to pay it.
    if (due === 0n) return { ...nothing, poolMinutes: pool, unfundedSeconds: 0, reason: null };
    if (from.overage) {
      const credits = from.credit ? least(most(from.available, 0n), due) : 0n;
      return { poolMinutes: pool, credits, overage: due - credits, unfundedSeconds: 0, reason: null };
    }
    const room = from.available + (world.cut ? 0n : world.capMicros);
    if (from.credit && due <= room) return { poolMinutes: pool, credits: due, overage: 0n, unfundedSeconds: 0, reason: null };
    // D9: minute by minute, as long as the money lasts.
    let minutes = 0;
    if (from.credit) {
      const reach = reachOf(rate, room, poolSeconds, billed);
      while (poolSeconds + (minutes + 1) * 60 <= reach) minutes++;
    }
    const until = minutes === 0 ? poolSeconds : roundUp(rate, poolSeconds + minutes * 60);
    const credits = minutes === 0 ? 0n : charge(rate, until, poolSeconds);
    return { poolMinutes: pool, credits, overage: 0n, unfundedSeconds: billed - until, reason: from.refusal };
  }
}

const DOMESTIC_120 = "MCOPSTN5/DE/domestic";
export const INTERNATIONAL_HOME = "MCOPSTN2/DE/domestic";
export const INTERNATIONAL_ABROAD = "MCOPSTN2/DE/international";

/** The end of the last whole increment that `room` pays for. */
function reachOf(rate: ModelRate, room: bigint, poolSeconds: number, billed: number): number {
  let reach = poolSeconds;
  if (room <= 0n) return reach;
  for (let end = rate.first; end <= billed; end += rate.next)
    if (end > poolSeconds && charge(rate, end, poolSeconds) <= room) reach = end;
  return reach;
}

/** An increment at a time. */
function roundUp(rate: ModelRate, seconds: number): number {
  if (seconds === 0) return 0;
  let end = rate.first;
  while (end < seconds) end += rate.next;
  return end;
}

/** Sixtieths of micro-units, rounded once, half up; least and most with the fee inside. */
function charge(rate: ModelRate, seconds: number, included: number): bigint {
  const paidSeconds = Math.max(0, roundUp(rate, seconds) - included);
  if (paidSeconds === 0) return 0n;
  const sixtieths = rate.fee * 60n + rate.price * BigInt(paidSeconds);
  if (rate.most !== null && sixtieths > rate.most * 60n) return rate.most;
  if (rate.least !== null && sixtieths < rate.least * 60n) return rate.least;
  return (sixtieths + 30n) / 60n;
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other);
const most = (one: bigint, other: bigint): bigint => (one > other ? one : other);
