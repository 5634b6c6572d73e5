import { asError } from "./failures.ts";
import type { OwnLog } from "./own-log.ts";

const MINUTE_MS = 60_000;

/** Writes each minute to the partition's own log: time passes there and nowhere else. The fold ignores one it has seen. */
export function publishTicks(ownLog: OwnLog, onError: (error: Error) => void): { close(): void } {
  let last = 0;
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    const now = Date.now();
    const minute = Math.floor(now / MINUTE_MS);
    if (minute > last) {
      last = minute;
      ownLog.publish("tick", JSON.stringify({ minute })).catch((error: unknown) => {
        // Said again at the next look.
        last = minute - 1;
        onError(asError(error));
      });
    }
    timer = setTimeout(tick, Math.min(MINUTE_MS - (now % MINUTE_MS) + 5, 5_000));
  };
  tick();
  return { close: () => clearTimeout(timer) };
}
