import { useSyncExternalStore } from "react";

/** Fine enough for "today" to become yesterday, and for a chart's last hour. */
const TICK_MS = 60_000;

/** Undefined while nothing on screen shows it. */
let now: Date | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time, as old as a minute: the same for everything drawn together. */
export function useNow(): Date {
  return useSyncExternalStore(follow, () => (now ??= new Date()));
}

function follow(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    now = undefined;
  };
}

function tick(): void {
  now = new Date();
  for (const listener of listeners) listener();
}
