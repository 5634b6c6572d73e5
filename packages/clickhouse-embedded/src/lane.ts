/** A lane: a fixed number of places, and a queue in front of them that is bounded in length and in time. */
import { queryCancelled, tooManyQueries } from "./error.ts";

export interface Lane<Slot> {
  /** Resolves with a place; rejects when the queue is full, the wait is too long, or the signal aborts first. */
  take(signal: AbortSignal): Promise<Slot>;
  /** Gives the place back; one that cannot be used again is replaced by a new one. */
  give(slot: Slot, reusable: boolean): void;
  close(): void;
}

export interface LaneOptions<Slot> {
  readonly name: string;
  readonly places: number;
  readonly queueLimit: number;
  readonly waitMs: number;
  readonly open: () => Slot;
  readonly discard: (slot: Slot) => void;
}

export function createLane<Slot>({ name, places, queueLimit, waitMs, open, discard }: LaneOptions<Slot>): Lane<Slot> {
  const free: Slot[] = Array.from({ length: places }, open);
  const waiting = new Set<(slot: Slot) => void>();

  function take(signal: AbortSignal): Promise<Slot> {
    if (signal.aborted) return Promise.reject(queryCancelled("The query was cancelled before it began"));
    const slot = free.pop();
    if (slot !== undefined) return Promise.resolve(slot);
    if (waiting.size >= queueLimit)
      return Promise.reject(
        tooManyQueries(
          `${waiting.size} statements are waiting for the ${places} sessions of the lane "${name}": send fewer at once`,
        ),
      );
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(enter);
        clearTimeout(timer);
        signal.removeEventListener("abort", cancelled);
      };
      const enter = (given: Slot): void => {
        leave();
        resolve(given);
      };
      const cancelled = (): void => {
        leave();
        reject(queryCancelled("The query was cancelled before it began"));
      };
      const timer = setTimeout(() => {
        leave();
        reject(
          tooManyQueries(
            `No session of the lane "${name}" became free within ${waitMs / 1000} s: the ${places} running statements are slow`,
          ),
        );
      }, waitMs);
      signal.addEventListener("abort", cancelled, { once: true });
      waiting.add(enter);
    });
  }

  function give(slot: Slot, reusable: boolean): void {
    if (!reusable) discard(slot);
    const next = reusable ? slot : open();
    const [enter] = waiting;
    if (enter === undefined) free.push(next);
    else enter(next);
  }

  return { take, give, close: () => free.splice(0).forEach(discard) };
}
