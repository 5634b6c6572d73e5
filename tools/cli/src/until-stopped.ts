/** Listens for Ctrl-C and SIGTERM from now on, so that whatever was started meanwhile is stopped in order. */
export interface StopRequest {
  /** Resolves with what ended the wait: a signal, or `forMs` milliseconds after this call (null: never). */
  within(forMs: number | null): Promise<"signal" | "time">;
}

export function listenForStop(): StopRequest {
  let signals = 0;
  const signalled = new Promise<"signal">((resolve) => {
    const onSignal = (): void => {
      // A second Ctrl-C while stopping ends at once; the next start stops what is left.
      if (++signals > 1) process.exit(130);
      resolve("signal");
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
  return {
    within: async (forMs) => {
      let timer: NodeJS.Timeout | undefined;
      // Some timer must keep the process alive: the services' handles come and go.
      const over = new Promise<"time">((resolve) => {
        timer = forMs === null ? setInterval(() => undefined, 60_000) : setTimeout(() => resolve("time"), forMs);
      });
      try {
        return await Promise.race([signalled, over]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
