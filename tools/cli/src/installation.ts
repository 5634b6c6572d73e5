/**
 * One-machine installation: its folder, its ports, its secrets. Everything it ever writes lies in one folder
 * (TOLLBOOK_DATA, by default `data` beside this checkout).
 */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserFacingError } from "./failure.ts";

export const root = resolve(import.meta.dirname, "../../..");

export interface Ports {
  /** HTTP API and dashboard: the only one people open. */
  api: number;
  nats: number;
  clickhouse: number;
  /** The meter's health and metrics. */
  meter: number;
}

/** Random on first use, kept in a file only its owner can read. */
export interface Secrets {
  natsOperator: string;
  natsMeter: string;
  natsApi: string;
  clickhouse: string;
  operatorEmail: string;
  operatorPassword: string;
  /** Feeders by name, each with the account it may speak for. */
  feeders: { feeder: string; account: string; password: string }[];
}

export interface Installation {
  folder: string;
  ports: Ports;
  partitions: number;
  secrets: Secrets;
}

const portSettings: Record<keyof Ports, [name: string, fallback: number]> = {
  api: ["TOLLBOOK_API_PORT", 7400],
  meter: ["TOLLBOOK_METER_PORT", 7401],
  nats: ["TOLLBOOK_NATS_PORT", 7422],
  clickhouse: ["TOLLBOOK_CLICKHOUSE_PORT", 7481],
};

/** Reads settings and secrets, making what is missing. All faults are reported at once. */
export function openInstallation(environment: NodeJS.ProcessEnv): Installation {
  const faults: string[] = [];
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const text = environment[name];
    if (text === undefined || text === "") return fallback;
    if (/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    faults.push(`${name} is "${text}", but must be a whole number from ${least} to ${most}`);
    return fallback;
  };
  const ports: Ports = {
    api: number(...portSettings.api, 1, 65_535),
    nats: number(...portSettings.nats, 1, 65_535),
    clickhouse: number(...portSettings.clickhouse, 1, 65_535),
    meter: number(...portSettings.meter, 1, 65_535),
  };
  const partitions = number("TOLLBOOK_PARTITIONS", 8, 1, 256);
  if (faults.length > 0) throw new UserFacingError(`settings are wrong: ${faults.join("; ")}.`);

  const folder = resolve(environment["TOLLBOOK_DATA"] ?? join(root, "data"));
  try {
    for (const part of ["", "nats", "clickhouse", "logs", "run"]) mkdirSync(join(folder, part), { recursive: true });
  } catch (error) {
    throw new UserFacingError(
      `cannot write to the data folder ${folder} (${(error as Error).message}). Set TOLLBOOK_DATA to a folder of yours.`,
    );
  }
  return { folder, ports, partitions, secrets: openSecrets(join(folder, "secrets.json")) };
}

function openSecrets(file: string): Secrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Secrets;
  const secrets: Secrets = {
    natsOperator: newSecret(),
    natsMeter: newSecret(),
    natsApi: newSecret(),
    clickhouse: newSecret(),
    operatorEmail: "operator@tollbook.localhost",
    operatorPassword: newSecret(12),
    feeders: [],
  };
  saveSecrets(file, secrets);
  return secrets;
}

export function saveSecrets(file: string, secrets: Secrets): void {
  // Written beside and renamed, so that a crash never leaves half a file.
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}

export function newSecret(bytes = 24): string {
  return randomBytes(bytes).toString("base64url");
}
