/** A whole installation for a test: folder and ports of its own, all services real, gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshInstallation } from "../campaign/import-kills.ts";
import type { Installation } from "../installation.ts";
import { type Stack, startStack } from "../stack.ts";

export interface TestInstallation {
  readonly installation: Installation;
  readonly stack: Stack;
  /** For child processes: the `tollbook` command on this installation. */
  readonly environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

export async function startTestInstallation(): Promise<TestInstallation> {
  const folder = mkdtempSync(join(tmpdir(), "tollbook-e2e-"));
  const installation = await freshInstallation(folder);
  const stack = await startStack(installation, () => undefined);
  return {
    installation,
    stack,
    environment: environmentOf(installation),
    close: async () => {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function environmentOf({ folder, ports }: Installation): NodeJS.ProcessEnv {
  return {
    ...process.env,
    TOLLBOOK_DATA: folder,
    TOLLBOOK_API_PORT: String(ports.api),
    TOLLBOOK_METER_PORT: String(ports.meter),
    TOLLBOOK_NATS_PORT: String(ports.nats),
    TOLLBOOK_CLICKHOUSE_PORT: String(ports.clickhouse),
  };
}

/** Asks again until `enough`; throws with the last answer when it takes too long. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  enough: (answer: Answer) => boolean,
  withinMs = 30_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`not within ${withinMs} ms; the last answer was ${JSON.stringify(answer).slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
