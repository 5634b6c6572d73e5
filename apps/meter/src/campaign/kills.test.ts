import { expect, test } from "vitest";
import { runKillCampaign } from "./kills.ts";

test(
  "killing meter, ClickHouse and NATS at random while events come in loses nothing and stores nothing twice",
  { timeout: 180_000 },
  async () => {
    const result = await runKillCampaign({
      events: 3_000,
      kills: { meter: 2, clickhouse: 2, nats: 2 },
      partitions: 3,
      seed: 20_261_124,
      say: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    expect(result.stored).toEqual(result.expected);
    const { accepted, applied, duplicates, rejected } = result.identity;
    expect(accepted).toBe(applied + duplicates + rejected);
    expect(applied).toBe(3_000);
  },
);
