import { parseArgs } from "node:util";
import { runAimedCampaign, whyNotAimed } from "./aimed.ts";
import { runKillCampaign } from "./kills.ts";

/**
 * `node src/campaign/main.ts --kills 10 --aimed 10 --events 20000 --seed 1`: kills of each process at random, then kills of
 * ClickHouse at the part's rename. Prints what was sent, killed, stored; ends with 1 when a figure is wrong.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "10" },
    aimed: { type: "string", default: "10" },
    events: { type: "string", default: "20000" },
    partitions: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const each = Number(values.kills);
let failed = false;

if (each > 0) {
  const kills = { meter: each, clickhouse: each, nats: each };
  const result = await runKillCampaign({
    events: Number(values.events),
    kills,
    partitions: Number(values.partitions),
    seed: Number(values.seed),
    say,
  });
  const { accepted, applied, duplicates, rejected } = result.identity;
  const right = JSON.stringify(result.stored) === JSON.stringify(result.expected) && accepted === applied + duplicates + rejected;
  failed ||= !right;
  say(`random kills: ${JSON.stringify(result)}: ${right ? "identical totals" : "WRONG"}`);
}
if (Number(values.aimed) > 0) {
  const reason = whyNotAimed();
  if (reason !== null) say(`!!! ${reason}`);
  else {
    const result = await runAimedCampaign({ kills: Number(values.aimed), eventsPerKill: 50, skipReadBack: false, say });
    const right = result.lost === 0 && result.duplicated === 0;
    failed ||= !right;
    say(`aimed kills: ${JSON.stringify(result)}: ${right ? "nothing lost, nothing twice" : "WRONG"}`);
  }
}
process.exitCode = failed ? 1 : 0;
