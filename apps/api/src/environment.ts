import type { OutboxConfig } from "./outbox/outbox-config.ts";
import { readOutboxConfig } from "./outbox/read-outbox-config.ts";
import { readSeller, type Seller } from "./invoices/seller.ts";
import { readOidcConfig, type OidcConfig } from "./oidc/oidc-config.ts";
import type { Limits } from "./rate-limit.ts";

/** What the API process needs to know. */
export interface ApiConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly natsUrl: string;
  readonly natsUser: string;
  readonly natsPassword: string;
  readonly clickhouseUrl: string;
  /** Behind TLS: the session's cookie is then sent over TLS only. */
  readonly secureCookies: boolean;
  /** `live` or `test`: stands in every API key, so that a key of one installation is not tried at another. */
  readonly keyEnvironment: string;
  /** The built dashboard; null: none is served. */
  readonly dashboardFolder: string | null;
  /** Requests a minute: of one API key, one person, one address that is not signed in, sign-ins of one address. */
  readonly limits: Limits;
  /** Where people sign in beside the local sign-in; null: only here. */
  readonly oidc: OidcConfig | null;
  readonly outbox: OutboxConfig;
  /** Who stands on invoices as seller; null: not set, so that no invoice is complete. */
  readonly seller: Seller | null;
  readonly logLevel: string;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"];

/** Reads and checks the settings; all faults at once, each a sentence that says what to do. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  defaultDashboardFolder: string | null,
): { readonly ok: true; readonly config: ApiConfig } | { readonly ok: false; readonly faults: readonly string[] } {
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
    // The address may carry a password, so it is not repeated.
    if (parsed === null || !protocols.includes(parsed.protocol))
      faults.push(`${name} is no address: set it to something like ${fallback}.`);
    return given;
  };
  const oneOf = (name: string, fallback: string, allowed: readonly string[]): string => {
    const given = get(name, fallback);
    if (!allowed.includes(given)) faults.push(`${name} is "${given}": set it to one of ${allowed.join(", ")}.`);
    return given;
  };
  const folder = get("TOLLBOOK_DASHBOARD", defaultDashboardFolder ?? "");
  const host = get("TOLLBOOK_API_HOST", "127.0.0.1");
  const port = integer("TOLLBOOK_API_PORT", 7400, 0, 65_535);
  const config: ApiConfig = {
    host,
    port,
    natsUrl: url("NATS_URL", "nats://127.0.0.1:7422", ["nats:", "tls:"]),
    natsUser: get("TOLLBOOK_NATS_USER", "api"),
    natsPassword: get("TOLLBOOK_NATS_PASSWORD", ""),
    clickhouseUrl: url("CLICKHOUSE_URL", "http://127.0.0.1:7481", ["http:", "https:"]),
    secureCookies: oneOf("TOLLBOOK_SECURE_COOKIES", "0", ["0", "1"]) === "1",
    keyEnvironment: oneOf("TOLLBOOK_KEY_ENVIRONMENT", "live", ["live", "test"]),
    dashboardFolder: folder === "" ? null : folder,
    limits: {
      key: integer("TOLLBOOK_LIMIT_KEY", 120_000, 1, 100_000_000),
      person: integer("TOLLBOOK_LIMIT_PERSON", 3000, 1, 100_000_000),
      address: integer("TOLLBOOK_LIMIT_ADDRESS", 600, 1, 100_000_000),
      signIn: integer("TOLLBOOK_LIMIT_SIGN_IN", 20, 1, 100_000_000),
    },
    oidc: readOidcConfig({ get, fault: (fault) => faults.push(fault) }, `http://${host}:${port}`),
    outbox: readOutboxConfig({ get, url, oneOf, fault: (fault) => faults.push(fault) }),
    seller: readSeller(environment, faults),
    logLevel: oneOf("TOLLBOOK_LOG_LEVEL", "info", LOG_LEVELS),
  };
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config };
}
