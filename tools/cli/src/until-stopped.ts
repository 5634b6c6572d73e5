/** Resolves on Ctrl-C, on SIGTERM, or after `forMs` milliseconds. A second Ctrl-C while stopping ends at once. */
export async function untilStopped(forMs: number | null): Promise<"signal" | "time"> {
  return await new Promise((resolve) => {
    // Some timer must keep the process alive: the services' handles come and go.
    const timer = forMs === null ? setInterval(() => undefined, 60_000) : setTimeout(() => resolve("time"), forMs);
    let signals = 0;
    const onSignal = (): void => {
      if (++signals > 1) process.exit(130);
      clearTimeout(timer);
      resolve("signal");
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
