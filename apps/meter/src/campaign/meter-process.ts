import { pino } from "pino";
import { readEnvironment } from "../environment.ts";
import { asError } from "../failures.ts";
import { createMeter } from "../meter.ts";
import { smallRules } from "../testing/small-rules.ts";

/** A meter of its own process with the small rules: what a campaign kills. */
const environment = readEnvironment(process.env);
if (!environment.ok) throw new Error(environment.faults.join("\n"));
const log = pino({ level: environment.config.logLevel }, pino.destination(2));
const skipReadBack = process.env["TOLLBOOK_SABOTAGE"] === "skipReadBack";
try {
  await createMeter({ config: environment.config, log, rules: smallRules, sabotage: { skipReadBack }, snapshotEveryMs: 1_000 });
  process.stdout.write("started\n");
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exit(1);
}
