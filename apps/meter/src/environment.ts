import { DEFAULT_PARTITIONS } from "@tollbook/contracts/subjects.ts";

/** What one meter process needs to know. */
export interface MeterConfig {
  readonly natsUrl: string;
  readonly natsUser: string;
  readonly natsPassword: string;
  readonly natsReplicas: number;
  readonly clickhouseUrl: string;
  /** Chosen once at installation; checked against the log at start. */
  readonly partitions: number;
  /** Health and metrics, on the loopback interface. 0 takes a free one. */
  readonly port: number;
  /** Encoded rows that may wait for ClickHouse, over all partitions; then the log is read more slowly (see sink.ts). */
  readonly bufferBytes: number;
  readonly logLevel: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** Reads and checks the settings; all faults at once, each a sentence that says what to do. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): { readonly ok: true; readonly config: MeterConfig } | { readonly ok: false; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const get = (name: string, fallback: string): string => {
    const value = environment[name];
    return value === undefined || value === "" ? fallback : value;
  };
  const integer = (name: string, fallback: number, least: number, most: number): number => {
    const given = get(name, String(fallback));
    if (/^\d{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
    faults.push(`${name} is "${given}": set it to a whole number from ${least} to ${most}.`);
    return fallback;
  };
  const url = (name: string, fallback: string, protocols: readonly string[]): string => {
    const given = get(name, fallback);
    const parsed = URL.canParse(given) ? new URL(given) : null;
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      // The address may carry a password, so it is not repeated.
      faults.push(`${name} is no address: set it to something like ${fallback}.`);
    }
    return given;
  };
  const config: MeterConfig = {
    natsUrl: url("NATS_URL", "nats://127.0.0.1:7422", ["nats:", "tls:"]),
    natsUser: get("TOLLBOOK_NATS_USER", "meter"),
    natsPassword: get("TOLLBOOK_NATS_PASSWORD", ""),
    natsReplicas: integer("TOLLBOOK_NATS_REPLICAS", 1, 1, 5),
    clickhouseUrl: url("CLICKHOUSE_URL", "http://127.0.0.1:7481", ["http:", "https:"]),
    partitions: integer("TOLLBOOK_PARTITIONS", DEFAULT_PARTITIONS, 1, 256),
    port: integer("TOLLBOOK_METER_PORT", 7401, 0, 65_535),
    bufferBytes: integer("TOLLBOOK_METER_BUFFER_MB", 256, 16, 65_536) * 1024 * 1024,
    logLevel: get("TOLLBOOK_LOG_LEVEL", "info"),
  };
  if (!LOG_LEVELS.includes(config.logLevel)) {
    faults.push(`TOLLBOOK_LOG_LEVEL is "${config.logLevel}": set it to one of ${LOG_LEVELS.join(", ")}.`);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config };
}
