import { connect, type NatsConnection } from "@nats-io/transport-node";
import { isAccountId, isCountry, isFeederId } from "@tollbook/contracts/units.ts";
import type { KamailioSettings } from "./adapt.ts";
import { createAdapter } from "./adapter.ts";

/** The adapter as a process: settings from the environment (README), runs until it is told to stop. */
const settings = readSettings(process.env);
const target = await open(
  "NATS_URL",
  process.env["TOLLBOOK_NATS_USER"],
  process.env["TOLLBOOK_NATS_PASSWORD"],
  `_INBOX_${settings.account}_${settings.feeder}`,
);
const source = await open(
  "TOLLBOOK_KAMAILIO_NATS_URL",
  process.env["TOLLBOOK_KAMAILIO_NATS_USER"],
  process.env["TOLLBOOK_KAMAILIO_NATS_PASSWORD"],
  "_INBOX",
);
const say = (sentence: string): void => console.error(sentence);
const adapter = await createAdapter({ source, target, settings, say });
say(`Passing calls of ${settings.source} on to account ${settings.account}.`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  await adapter.close();
  await Promise.all([source.drain(), target.drain()]);
  say(`Stopped. ${JSON.stringify(adapter.counts)}`);
}

function readSettings(environment: NodeJS.ProcessEnv): KamailioSettings {
  const account = environment["TOLLBOOK_ACCOUNT"] ?? "";
  const feeder = environment["TOLLBOOK_FEEDER"] ?? "kamailio";
  const dialledFrom = environment["TOLLBOOK_COUNTRY"] ?? null;
  const faults: string[] = [];
  if (!isAccountId(account)) faults.push("Set TOLLBOOK_ACCOUNT to the account these calls belong to: 1 to 63 of a-z, 0-9 and -.");
  if (!isFeederId(feeder)) faults.push("Set TOLLBOOK_FEEDER to this feeder's name: 1 to 63 of a-z, 0-9 and -.");
  if (dialledFrom !== null && !isCountry(dialledFrom)) faults.push("Set TOLLBOOK_COUNTRY to two capital letters, like DE.");
  if (faults.length > 0 || !isAccountId(account) || !isFeederId(feeder)) return fail(faults.join("\n"));
  return {
    account,
    feeder,
    source: environment["TOLLBOOK_SOURCE"] ?? `/kamailio/${feeder}`,
    dialledFrom: dialledFrom !== null && isCountry(dialledFrom) ? dialledFrom : null,
  };
}

async function open(
  variable: string,
  user: string | undefined,
  pass: string | undefined,
  inboxPrefix: string,
): Promise<NatsConnection> {
  const servers = process.env[variable] ?? process.env["NATS_URL"] ?? "nats://127.0.0.1:7422";
  try {
    return await connect({
      servers,
      inboxPrefix,
      maxReconnectAttempts: -1,
      ...(user === undefined ? {} : { user, pass: pass ?? "" }),
    });
  } catch (error) {
    return fail(
      `NATS does not answer at the address of ${variable} (${String(error)}). Start it, or correct the address, user and password.`,
    );
  }
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
