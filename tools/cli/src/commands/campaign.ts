import { runAimedCampaign, whyNotAimed } from "@tollbook/meter/campaign/aimed.ts";
import { runKillCampaign } from "@tollbook/meter/campaign/kills.ts";
import { runImportCampaign } from "../campaign/import-kills.ts";
import { UserFacingError } from "../failure.ts";
import { ensure, natsServer, python, strace } from "../system-packages.ts";

/** The crash tests at release counts. Prints every count; fails on the first difference. */
export async function campaign(options: { file?: string; kills: string; calls: string; seed: string }): Promise<void> {
  const [kills, calls, seed] = [options.kills, options.calls, options.seed].map((text) => {
    if (!/^\d{1,7}$/.test(text)) throw new UserFacingError(`--kills, --calls and --seed are whole numbers, not "${text}".`);
    return Number(text);
  }) as [number, number, number];
  await ensure([natsServer, strace, python]);
  const each = { meter: kills, clickhouse: kills, nats: kills };

  say(
    `1. An import of ${options.file ?? `${calls} generated calls`}, ${kills} kills each of meter, ClickHouse and NATS at random`,
  );
  const imported = await runImportCampaign({ file: options.file ?? null, calls, direction: "outbound", kills: each, seed, say });
  say(JSON.stringify(imported));
  const { independent, stored } = imported;
  expect("stored legs", stored.legs, independent.legs);
  expect("stored rows", stored.rows, independent.legs);
  expect("sum of charges in micro-units", stored.micros, independent.micros);
  expect("identities", imported.identitiesHold, true);

  say(`\n2. Live events, ${kills} kills each at random`);
  const live = await runKillCampaign({ events: 20_000, kills: each, partitions: 4, seed, say });
  say(JSON.stringify(live));
  expect("stored", JSON.stringify(live.stored), JSON.stringify(live.expected));

  say(`\n3. ClickHouse killed at the part's rename, ${kills} times`);
  const reason = whyNotAimed();
  if (reason !== null) throw new UserFacingError(reason);
  const aimed = await runAimedCampaign({ kills, eventsPerKill: 40, skipReadBack: false, say });
  say(JSON.stringify(aimed));
  expect("rows lost", aimed.lost, 0);
  expect("rows twice", aimed.duplicated, 0);
  say("\nAll totals are equal: nothing lost, nothing twice.");
}

function expect(what: string, seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new UserFacingError(`${what}: ${String(seen)} instead of ${String(wanted)}.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
