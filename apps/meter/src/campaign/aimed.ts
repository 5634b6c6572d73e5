import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { endedEvent, eventually, publishCall, storedCalls } from "../testing/events.ts";
import { startTestStack } from "../testing/stack.ts";

/**
 * Kills ClickHouse exactly where a deduplication token is burnt: after it has written the token down, before it renames the
 * part into place (reliability: 49 of 4,000 batches lost without read-back). Random kills practically never hit it.
 */
export interface AimedCampaign {
  readonly kills: number;
  readonly eventsPerKill: number;
  /** Breaks the rule on purpose: then rows must be missing, or this campaign would prove nothing. */
  readonly skipReadBack: boolean;
  readonly say: (line: string) => void;
}

export interface AimedResult {
  readonly kills: number;
  /** Kills after which the same token was answered OK and nothing was there. */
  readonly burnt: number;
  readonly sent: number;
  readonly stored: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** Null where a process can be stopped at a system call; else a sentence that says why it cannot. */
export function whyNotAimed(): string | null {
  const found = spawnSync("strace", ["-e", "trace=none", "-e", "inject=rename:error=EIO:when=1", "true"], { encoding: "utf8" });
  if (found.error !== undefined)
    return "strace is not installed: the aimed kill at the part's rename was not tried. Install it (Debian: apt-get install strace).";
  return found.status === 0
    ? null
    : `strace may not trace here (${found.stderr.trim()}): the aimed kill at the part's rename was not tried.`;
}

export async function runAimedCampaign({ kills, eventsPerKill, skipReadBack, say }: AimedCampaign): Promise<AimedResult> {
  const stack = await startTestStack({ partitions: 1 });
  try {
    const meter = await stack.startMeter({ sabotage: { skipReadBack } });
    await meter.serving(30_000);
    let sent = 0;
    let seq = 0;
    const send = async (): Promise<void> => {
      for (let i = 0; i < eventsPerKill; i++) seq = await publishCall(stack.nc, "acme", endedEvent(`leg-${sent++}`, 60));
    };
    const settledSeq = async (): Promise<number> => {
      const metric = await meter.metrics.registry.getSingleMetric("tollbook_meter_settled_sequence")?.get();
      return metric?.values[0]?.value ?? 0;
    };
    await send();
    await eventually(settledSeq, (settled) => settled >= seq);
    for (let kill = 1; kill <= kills; kill++) {
      const { pid, exited } = stack.clickhouse();
      const strace = spawn(
        "strace",
        ["-f", "-qq", "-p", String(pid), "-e", `trace=${RENAMES}`, "-e", `inject=${RENAMES}:signal=KILL:when=1`],
        {
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      await attached(pid);
      await send();
      await exited;
      strace.kill();
      await stack.restartClickhouse();
      await eventually(settledSeq, (settled) => settled >= seq, 60_000);
      say(`aimed kill ${kill} of ${kills}`);
    }
    const burnt =
      (await meter.metrics.registry.getSingleMetric("tollbook_meter_burnt_tokens_total")?.get())?.values[0]?.value ?? 0;
    const { rows, legs } = await storedCalls(stack.client);
    return { kills, burnt, sent, stored: rows, lost: sent - legs, duplicated: rows - legs };
  } finally {
    await stack.close();
  }
}

const RENAMES = "rename,renameat,renameat2";

/** The kernel says who traces a process. */
async function attached(pid: number): Promise<void> {
  const isTraced = (thread: string): boolean =>
    !/TracerPid:\s+0\n/.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8"));
  await eventually(
    () => readdirSync(`/proc/${pid}/task`).every(isTraced),
    (all) => all,
  );
}
