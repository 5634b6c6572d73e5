import closeWithGrace from "close-with-grace";
import { pino } from "pino";
import { readEnvironment } from "./environment.ts";
import { asError } from "./failures.ts";
import { createMeter } from "./meter.ts";

const STOP_MS = 15_000;

const environment = readEnvironment(process.env);
if (!environment.ok) {
  for (const fault of environment.faults) process.stderr.write(`tollbook meter: ${fault}\n`);
  process.exit(1);
}
const log = pino({ name: "meter", level: environment.config.logLevel });
const starting = createMeter({ config: environment.config, log });
// Before it has started, so that a signal meanwhile ends it in order too.
closeWithGrace({ delay: STOP_MS + 2_000, logger: log }, async ({ err }) => {
  if (err !== undefined) log.fatal({ err }, "the meter ends because of a failure");
  await (await starting).close(STOP_MS);
});
try {
  const meter = await starting;
  log.info({ port: meter.port, owner: meter.owner }, "meter started");
} catch (error) {
  process.stderr.write(`tollbook meter: ${asError(error).message}\n`);
  process.exit(1);
}
