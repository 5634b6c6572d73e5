import {
  chargesBucket,
  handledBucket,
  outboxBucket,
  outboxStream,
  webhookLogStream,
  webhookStream,
} from "@tollbook/contracts/outbox.ts";
import {
  bulkSubject,
  bulkStream,
  controlSubject,
  installStream,
  intentStream,
  meterCallsSubject,
  meterStream,
  partitionOf,
} from "@tollbook/contracts/subjects.ts";
import { isAccountId, isFeederId } from "@tollbook/contracts/units.ts";

/**
 * The event log's server: one text, `nats.conf`, with the deterministic subject mapping (architecture §3), the users and
 * what each may do. Written for nats-server 2.9.10 (Debian 12) and current releases. Passwords stand in it as they are:
 * give the file mode 0600.
 */
export interface NatsConfigOptions {
  readonly host: string;
  readonly port: number;
  readonly storeDir: string;
  readonly partitions: number;
  /** As `nats-server --version` says, for example "2.9.10": settings it does not know stop the server. */
  readonly serverVersion: string;
  readonly passwords: { readonly operator: string; readonly meter: string; readonly api: string };
  readonly feeders: readonly FeederCredentials[];
}

/** A sender of call events over NATS, with the one account it may speak for. */
export interface FeederCredentials {
  readonly account: string;
  readonly feeder: string;
  readonly password: string;
}

export interface NatsUser {
  readonly user: string;
  readonly password: string;
  /** Connect with this inbox prefix: replies to any other are not allowed. */
  readonly inboxPrefix: string;
  readonly publish: { readonly allow: readonly string[]; readonly deny?: readonly string[] };
  readonly subscribe: { readonly allow: readonly string[] };
}

/** The meter's replies go to these only: see `publish.ts`. */
export const API_INBOX_PREFIX = "_INBOX_api";
export const METER_INBOX_PREFIX = "_INBOX_meter";

/** Two accounts may each have a feeder of the same name, so the account is part of it; neither can contain an underscore. */
export function feederInboxPrefix(account: string, feeder: string): string {
  return `_INBOX_${account}_${feeder}`;
}

export function natsConfig(options: NatsConfigOptions): string {
  const users = [
    { ...everything, user: "operator", password: options.passwords.operator },
    meterUser(options.passwords.meter, options.partitions),
    apiUser(options.passwords.api),
    ...options.feeders.map((feeder) => feederUser(feeder, options.partitions)),
  ];
  const seen = new Set<string>();
  for (const { user } of users) {
    if (seen.has(user)) throw new Error(`Two NATS users are called ${user}: give each feeder of an account its own name.`);
    seen.add(user);
  }
  return `# Written by Tollbook at each start. The passwords below are in plain text: keep this file readable by its owner only.
server_name: tollbook
listen: ${text(`${options.host}:${options.port}`)}
# An event may have 64 KiB; a packed batch or a slice of bulk records fills up to this.
max_payload: 1MB

jetstream {
  store_dir: ${text(options.storeDir)}
${syncInterval(options.serverVersion)}}

# Senders publish on the outer subjects; the account decides the partition, the same on every server.
mappings = {
  "calls.v1.*.*": "meter.{{partition(${options.partitions},1)}}.calls.{{wildcard(1)}}.{{wildcard(2)}}"
  "commands.v1.*": "meter.{{partition(${options.partitions},1)}}.commands.{{wildcard(1)}}"
  "records.v1.*.*": "bulk.{{partition(${options.partitions},1)}}.{{wildcard(1)}}.{{wildcard(2)}}"
  "views.v1.*": "views.{{partition(${options.partitions},1)}}.{{wildcard(1)}}"
}

authorization {
  users = [
${users.map(userText).join("\n")}
  ]
}
`;
}

/** The server checks rights on the mapped subject, so a feeder gets exactly its partition's (measured on 2.9.10). */
export function feederUser({ account, feeder, password }: FeederCredentials, partitions: number): NatsUser {
  if (!isAccountId(account)) throw new Error(`"${account}" is no account name: 1 to 63 of a-z, 0-9 and -.`);
  if (!isFeederId(feeder)) throw new Error(`"${feeder}" is no feeder name: 1 to 63 of a-z, 0-9 and -.`);
  const inboxPrefix = feederInboxPrefix(account, feeder);
  const partition = partitionOf(account, partitions);
  return {
    user: `${account}.${feeder}`,
    password,
    inboxPrefix,
    publish: { allow: [meterCallsSubject(partition, account, feeder), bulkSubject(partition, account, feeder)] },
    // Whoever sends an account's calls is also told to end them.
    subscribe: { allow: [`${inboxPrefix}.>`, controlSubject(account)] },
  };
}

const everything = { inboxPrefix: "_INBOX", publish: { allow: [">"] }, subscribe: { allow: [">"] } };

/** May write and create everything, but take nothing away from the log: streams refuse purges, the server refuses this. */
function meterUser(password: string, partitions: number): NatsUser {
  const streams = [intentStream, installStream, outboxStream, webhookStream, webhookLogStream];
  for (let p = 0; p < partitions; p++) streams.push(meterStream(p), bulkStream(p));
  return {
    user: "meter",
    password,
    inboxPrefix: METER_INBOX_PREFIX,
    publish: {
      allow: [">"],
      deny: [
        "$SYS.>",
        "$JS.API.STREAM.DELETE.>",
        "$JS.API.STREAM.UPDATE.>",
        ...streams.flatMap((stream) => [`$JS.API.STREAM.PURGE.${stream}`, `$JS.API.STREAM.MSG.DELETE.${stream}`]),
      ],
    },
    subscribe: { allow: [`${METER_INBOX_PREFIX}.>`, "views.*.*"] },
  };
}

function apiUser(password: string): NatsUser {
  return {
    user: "api",
    password,
    inboxPrefix: API_INBOX_PREFIX,
    publish: {
      allow: [
        "meter.*.calls.*.*",
        "meter.*.commands.*",
        "bulk.*.*.*",
        "views.*.*",
        "install.>",
        "$KV.directory.>",
        // What it reads in the outbox it acts on; only the meter writes there.
        "webhooks.v1.*.*",
        "webhooklog.v1.*.*",
        ...[handledBucket, outboxBucket, chargesBucket].map((bucket) => `$KV.${bucket}.>`),
        "$O.decks.>",
        "$JS.API.INFO",
        "$JS.API.STREAM.INFO.*",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
        "$JS.API.STREAM.CREATE.KV_directory",
        "$JS.API.STREAM.CREATE.OBJ_decks",
        // Replacing an object takes the chunks of the old one away.
        "$JS.API.STREAM.PURGE.OBJ_decks",
        "$JS.API.STREAM.MSG.GET.*",
        "$JS.API.DIRECT.GET.>",
        "$JS.API.CONSUMER.>",
        "$JS.ACK.>",
        "$JS.FC.>",
      ],
    },
    subscribe: { allow: [`${API_INBOX_PREFIX}.>`, "control.v1.*", "live.v1.*"] },
  };
}

/** Without it the server syncs every two minutes; it acknowledges before it syncs. Unknown before 2.10. */
function syncInterval(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 10) ? '  sync_interval: "1s"\n' : "";
}

function userText({ user, password, publish, subscribe }: NatsUser): string {
  const deny = publish.deny === undefined ? "" : `, deny: ${list(publish.deny)}`;
  return `    {
      user: ${text(user)}, password: ${text(password)}
      permissions: {
        publish: { allow: ${list(publish.allow)}${deny} }
        subscribe: { allow: ${list(subscribe.allow)} }
      }
    }`;
}

const list = (subjects: readonly string[]): string => `[${subjects.map(text).join(", ")}]`;

/** In double quotes nothing but these two has a meaning to the server. */
function text(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
