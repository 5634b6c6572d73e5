import { expect, test } from "vitest";
import { runImportCampaign } from "./import-kills.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

test(
  "killing meter, ClickHouse and NATS at random during an import changes no total: charges equal the independent script's",
  { timeout: 240_000 },
  async () => {
    const kills = { meter: 2, clickhouse: 2, nats: 2 };
    const result = await runImportCampaign({ file: null, calls: 6_000, direction: "outbound", kills, seed: 5, say });
    say(JSON.stringify(result));
    expect(result.stored.legs).toBe(result.independent.legs);
    expect(result.stored.rows).toBe(result.independent.legs);
    expect(result.stored.micros).toBe(result.independent.micros);
    expect(result.identitiesHold).toBe(true);
    expect(result.appliedEvents).toBe(result.independent.legs);
  },
);

test("toll-free calls of a month: charges equal the independent script's", { timeout: 120_000 }, async () => {
  const kills = { meter: 0, clickhouse: 0, nats: 0 };
  const result = await runImportCampaign({ file: null, calls: 3_000, direction: "tollfree", kills, seed: 6, say });
  expect(result.stored).toEqual({
    rows: result.independent.legs,
    legs: result.independent.legs,
    micros: result.independent.micros,
  });
  expect(result.identitiesHold).toBe(true);
});
