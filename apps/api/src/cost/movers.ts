/**
 * Why costs changed from one period to the next, split exactly:
 *
 * - rate: what is used now, at the new price of its minute less at the old one;
 * - volume: the old cost, grown as all minutes together have;
 * - mix: what is left, because the group's share of all minutes changed. What is new has no old price: all of it is mix.
 *
 * What has no minutes (licences) has changed in rate alone.
 */
export interface Usage {
  readonly amountMicros: number;
  readonly seconds: number;
}

export interface Move {
  readonly before: number;
  readonly now: number;
  readonly volume: number;
  readonly mix: number;
  readonly rate: number;
}

const nothing: Usage = { amountMicros: 0, seconds: 0 };

/** Of one currency, by group. volume + mix + rate = now − before, in every group to the micro-unit. */
export function movesOf(before: ReadonlyMap<string, Usage>, now: ReadonlyMap<string, Usage>): Map<string, Move> {
  const total = (usages: ReadonlyMap<string, Usage>): number => usages.values().reduce((sum, { seconds }) => sum + seconds, 0);
  const [secondsBefore, secondsNow] = [total(before), total(now)];
  const moves = new Map<string, Move>();
  for (const group of new Set([...before.keys(), ...now.keys()])) {
    const old = before.get(group) ?? nothing;
    const current = now.get(group) ?? nothing;
    moves.set(group, moveOf(old, current, secondsBefore, secondsNow));
  }
  return moves;
}

function moveOf(old: Usage, current: Usage, secondsBefore: number, secondsNow: number): Move {
  const [before, now] = [old.amountMicros, current.amountMicros];
  if (old.seconds === 0 && current.seconds === 0) return { before, now, volume: 0, mix: 0, rate: now - before };
  // What is used now at the old price; what is new has none.
  const atOldPrice = old.seconds === 0 ? now : share(before, current.seconds, old.seconds);
  const volume = secondsBefore === 0 ? 0 : share(before, secondsNow - secondsBefore, secondsBefore);
  return { before, now, volume, mix: atOldPrice - before - volume, rate: now - atOldPrice };
}

/** amount · part / whole, half away from zero. */
function share(amount: number, part: number, whole: number): number {
  const product = BigInt(amount) * BigInt(part);
  const divisor = BigInt(whole);
  const negative = product < 0n !== divisor < 0n;
  const [top, bottom] = [product < 0n ? -product : product, divisor < 0n ? -divisor : divisor];
  const quotient = Number((2n * top + bottom) / (2n * bottom));
  return negative && quotient !== 0 ? -quotient : quotient;
}

export function sumOfMoves(moves: Iterable<Move>): Move {
  const sum = { before: 0, now: 0, volume: 0, mix: 0, rate: 0 };
  for (const move of moves) {
    sum.before += move.before;
    sum.now += move.now;
    sum.volume += move.volume;
    sum.mix += move.mix;
    sum.rate += move.rate;
  }
  return sum;
}
