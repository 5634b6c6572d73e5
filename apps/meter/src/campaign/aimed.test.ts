import { expect, test } from "vitest";
import { runAimedCampaign, whyNotAimed } from "./aimed.ts";

const reason = whyNotAimed();
if (reason !== null) process.stderr.write(`\n!!! ${reason}\n\n`);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

test.skipIf(reason !== null)(
  "ClickHouse killed between writing the token and renaming the part: the token is burnt, and nothing is lost",
  { timeout: 120_000 },
  async () => {
    const result = await runAimedCampaign({ kills: 3, eventsPerKill: 20, skipReadBack: false, say });
    say(JSON.stringify(result));
    expect(result).toEqual({ kills: 3, burnt: 3, sent: 80, stored: 80, lost: 0, duplicated: 0 });
  },
);

test.skipIf(reason !== null)("the same without read-back loses rows: the test above can fail", { timeout: 120_000 }, async () => {
  const result = await runAimedCampaign({ kills: 1, eventsPerKill: 20, skipReadBack: true, say });
  say(JSON.stringify(result));
  expect(result.lost).toBe(20);
});
