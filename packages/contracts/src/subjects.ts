import type { AccountId, FeederId } from "./units.ts";

/**
 * Subjects, stream names and the partition function (architecture §3). Senders publish on the outer subjects
 * (`calls.v1.…`); the NATS server maps them, by its own deterministic subject mapping, to the partition's.
 */

export const DEFAULT_PARTITIONS = 8;

/** Feeders publish live call events here. */
export const callsSubject = (account: AccountId, feeder: FeederId): string => `calls.v1.${account}.${feeder}`;
/** Finished records in bulk: moved into the log in packed slices when the live lane is quiet. */
export const recordsSubject = (account: AccountId, feeder: FeederId): string => `records.v1.${account}.${feeder}`;
/** Only the API's user may publish here. */
export const commandsSubject = (account: AccountId): string => `commands.v1.${account}`;
/** Request/reply, outside the streams: the meter answers from its state. */
export const viewsSubject = (account: AccountId): string => `views.v1.${account}`;
/** Cut-off commands to telephony. */
export const controlSubject = (account: AccountId): string => `control.v1.${account}`;
/** Committed facts for screens, at most one message a second and account. Never durable. */
export const liveSubject = (account: AccountId): string => `live.v1.${account}`;

/** What the server's mapping turns the outer subjects into; feeders' publish rights name these (architecture §3). */
export const meterCallsSubject = (partition: number, account: AccountId, feeder: FeederId): string =>
  `meter.${partition}.calls.${account}.${feeder}`;
export const meterCommandsSubject = (partition: number, account: AccountId): string => `meter.${partition}.commands.${account}`;
/** Ticks, copies of installation facts and look-up answers, written by the partition's owner only. */
export const meterOwnSubject = (partition: number, what: "tick" | "install" | "lookup" | "slice"): string =>
  `meter.${partition}.own.${what}`;
export const bulkSubject = (partition: number, account: AccountId, feeder: FeederId): string =>
  `bulk.${partition}.${account}.${feeder}`;
export const partitionViewsSubject = (partition: number): string => `views.${partition}.*`;

export const meterStream = (partition: number): string => `METER-${partition}`;
export const bulkStream = (partition: number): string => `BULK-${partition}`;
export const intentStream = "INTENT";
export const installStream = "INSTALL";
export const intentSubject = (partition: number): string => `intent.${partition}`;
export const installSubject = (kind: string): string => `install.${kind}`;

/** Key-value buckets and object stores. */
export const directoryBucket = "directory";
export const leaseBucket = "lease";
export const settledBucket = "settled";
export const snapshotStore = "snapshots";
export const deckStore = "decks";

/** A sender that wants the fold's answer names its inbox here; the plain reply subject is the stream's acknowledgement. */
export const REPLY_HEADER = "Tollbook-Reply";

/** FNV-1a, 32 bit, over UTF-8: the hash of NATS' `{{partition(N,1)}}` mapping. */
function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    // Account ids are ASCII, so a code unit is a byte.
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** The partition that owns an account; equal to the server's mapping (tested against a real nats-server). */
export function partitionOf(account: AccountId, partitions: number): number {
  return fnv1a32(account) % partitions;
}
