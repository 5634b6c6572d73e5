import { formatTime, parseTime, timeUs } from "@tollbook/contracts/units.ts";
import { destinations } from "./year-script.ts";
import type { YearStep } from "./year-script.ts";

/**
 * What the year must come to, kept as a bookkeeper would with a pencil: a page per month, minutes and money as they come, bigint
 * throughout, no ledger, no reservations, nothing shared with the fold. It knows only the plans and the changes of the script.
 */
export interface Book {
  /** By first day of the month: what an invoice must say, in micro-units, before rounding to cents. */
  readonly months: ReadonlyMap<string, Page>;
  readonly balance: bigint;
  readonly poolMinutes: bigint;
  readonly credits: bigint;
  readonly overage: bigint;
  readonly unfunded: number;
  readonly forfeited: bigint;
  readonly recharges: number;
}

export interface Page {
  licences: bigint;
  overage: bigint;
  adjustments: bigint;
}

interface Draw {
  readonly lot: Lot;
  readonly part: bigint;
}

interface Lot {
  left: bigint;
  readonly expires: string;
}

const UNIT = 1_000_000n;
/** Agreed per licence and month. */
const prices: Readonly<Record<string, bigint>> = { phone: 8n * UNIT, small: 6n * UNIT, large: 24n * UNIT, payg: 0n, credits: 0n };

export function keepBook(steps: readonly YearStep[]): Book {
  const months = new Map<string, Page>();
  const page = (at: string): Page => {
    const key = `${at.slice(0, 7)}-01`;
    const found = months.get(key) ?? { licences: 0n, overage: 0n, adjustments: 0n };
    months.set(key, found);
    return found;
  };
  const lots: Lot[] = [];
  let debt = 0n;
  const balance = (): bigint => lots.reduce((sum, { left }) => sum + left, 0n) - debt;
  const totals = { poolMinutes: 0n, credits: 0n, overage: 0n, unfunded: 0, forfeited: 0n, recharges: 0 };
  const used = new Map<string, bigint>();
  const charged = new Map<string, { overage: bigint; draws: Draw[] }>();
  let largeFrom: string | null = null;
  let afterUse = false;
  let recharging = false;
  let declined = false;
  /** A recharge that failed waits for the card. */
  let waiting = false;
  const licences = new Map<string, bigint>();
  const bought = new Map<string, string>();

  const addLot = (amount: bigint, at: string): void => {
    const repaid = debt < amount ? debt : amount;
    debt -= repaid;
    const year = Number(at.slice(0, 4)) + 1;
    lots.push({ left: amount - repaid, expires: `${year}${at.slice(4, 10)}T24:00:00Z` });
  };
  const recharge = (at: string): void => {
    if (!recharging || waiting || balance() > 2n * UNIT) return;
    if (declined) {
      waiting = true;
      return;
    }
    totals.recharges++;
    addLot(50n * UNIT, at);
  };
  const expire = (until: string): void => {
    for (const lot of lots) {
      if (lot.expires > until || lot.left === 0n) continue;
      totals.forfeited += lot.left;
      lot.left = 0n;
    }
  };

  /** The licences of every month that begins, in advance. */
  let month = "2026-01";
  const beginMonths = (until: string): void => {
    while (until.slice(0, 7) > month) {
      const next = Number(month.slice(5)) + 1;
      month = next === 13 ? `${Number(month.slice(0, 4)) + 1}-01` : `${month.slice(0, 5)}${String(next).padStart(2, "0")}`;
      for (const [subscription, count] of licences) {
        // The large plan was bought on the 15th, so its periods begin then.
        if (subscription !== "large") page(`${month}-01`).licences += (prices[subscription] ?? 0n) * count;
      }
      if (largeFrom !== null && month > "2026-04") page(`${month}-15`).licences += prices["large"] ?? 0n;
    }
  };

  for (const step of steps) {
    if (step.at >= "2026-01-02") beginMonths(step.at);
    expire(step.at);
    if (step.do === "call") {
      rate(step.at, step.call.usageId, step.call.user, step.call.to, step.call.seconds);
      continue;
    }
    const { type, data } = step.command;
    if (type === "subscription.buy") {
      licences.set(data.subscription, BigInt(data.licences));
      bought.set(data.subscription, step.at);
      page(step.at).licences += (prices[data.subscription] ?? 0n) * BigInt(data.licences);
      if (data.subscription === "large") largeFrom = step.at;
    }
    if (type === "licence.setTotal") prorate(step.at, data.subscription, BigInt(data.total));
    if (type === "credits.topUp") addLot(50n * UNIT, step.at);
    if (type === "credits.goodwill") addLot(5n * UNIT, step.at);
    if (type === "credits.autoRecharge") {
      recharging = data.on;
      recharge(step.at);
    }
    if (type === "paymentMethod.edit") {
      declined = data.token === "test_declined";
      if (!declined && waiting) {
        waiting = false;
        totals.recharges++;
        addLot(50n * UNIT, step.at);
        recharge(step.at);
      }
    }
    if (type === "account.settings") afterUse = data.agreement === "MCA";
    if (type === "call.void") {
      const call = charged.get(data.usageId);
      if (call === undefined) throw new Error("the void call was never charged");
      page(step.at).adjustments -= call.overage;
      totals.overage -= call.overage;
      for (const { lot, part } of call.draws) {
        lot.left += part;
        totals.credits -= part;
      }
    }
  }
  return { months, balance: balance(), ...totals };

  /** SS-3: the rest of the old charge back, the rest of the month anew; both by the second. */
  function prorate(at: string, subscription: string, total: bigint): void {
    const price = prices[subscription] ?? 0n;
    // The charged periods begin at the minute of the purchase.
    const begun = bought.get(subscription) ?? at;
    const from = BigInt(microseconds(at.slice(0, 7) + begun.slice(7)));
    const year = Number(at.slice(0, 4));
    const next = Number(at.slice(5, 7)) + 1;
    const to = BigInt(
      microseconds(`${next === 13 ? year + 1 : year}-${String(next === 13 ? 1 : next).padStart(2, "0")}${begun.slice(7)}`),
    );
    const left = to - BigInt(microseconds(at));
    const rest = (count: bigint): bigint => (price * count * left * 2n + (to - from)) / ((to - from) * 2n);
    page(at).licences += rest(total) - rest(licences.get(subscription) ?? 0n);
    licences.set(subscription, total);
  }

  function rate(at: string, usageId: string, user: string, to: string, seconds: number): void {
    const destination = destinations.find(({ number }) => number === to) ?? destinations[0];
    const start = formatTime(timeUs(microseconds(at) - seconds * 1_000_000));
    const minutes = BigInt(Math.ceil(seconds / 60));
    const domestic = destination.country === "DE";
    const pool = poolOf(user, domestic, start);
    const key = `${pool?.name ?? ""}/${start.slice(0, 7)}`;
    const taken = used.get(key) ?? 0n;
    const free = pool === null || isCapped(pool.name, start) ? 0n : pool.size - taken;
    const included = free < 0n ? 0n : free < minutes ? free : minutes;
    used.set(key, taken + included);
    totals.poolMinutes += included;
    const due = (minutes - included) * destination.price;
    if (due === 0n) return;
    const available = balance();
    if (afterUse) {
      const fromCredits = available <= 0n ? 0n : available < due ? available : due;
      const draws = pay(fromCredits, start);
      totals.credits += fromCredits;
      totals.overage += due - fromCredits;
      page(start).overage += due - fromCredits;
      charged.set(usageId, { overage: due - fromCredits, draws });
      return;
    }
    if (available <= 0n) {
      totals.unfunded++;
      return;
    }
    pay(due, start);
    totals.credits += due;
    recharge(at);
  }

  function pay(amount: bigint, start: string): Draw[] {
    let left = amount;
    const draws: Draw[] = [];
    for (const lot of lots) {
      if (lot.expires <= start) continue;
      const part = lot.left < left ? lot.left : left;
      lot.left -= part;
      left -= part;
      draws.push({ lot, part });
    }
    debt += left;
    return draws;
  }

  /** CP-8, CP-9: the small plan's pool keeps its size until the month of the change is over. */
  function poolOf(user: string, domestic: boolean, start: string): { name: string; size: bigint } | null {
    if (user === "u3") return null;
    if (user === "u1" && largeFrom !== null && start >= "2026-04-15T12:02:00") {
      return domestic ? { name: "large-domestic", size: 1200n } : { name: "large-international", size: 600n };
    }
    if (!domestic) return null;
    return { name: "small", size: start.slice(0, 7) <= "2026-04" ? 240n : 120n };
  }

  /** CP-6: either cap of the large plan. */
  function isCapped(name: string, start: string): boolean {
    if (!name.startsWith("large")) return false;
    const month = start.slice(0, 7);
    return (used.get(`large-domestic/${month}`) ?? 0n) >= 1200n || (used.get(`large-international/${month}`) ?? 0n) >= 600n;
  }
}

function microseconds(at: string): number {
  const time = parseTime(at);
  if (time === null) throw new RangeError(`no time: ${at}`);
  return time;
}
