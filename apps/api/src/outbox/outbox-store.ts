import { Kvm, type KV } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { chargesBucket, gapKey, handledBucket, LogGap, outboxBucket } from "@tollbook/contracts/outbox.ts";
import { BucketUnavailable, MirroredBucket } from "../log/mirrored-bucket.ts";
import { sha256 } from "../directory/entries.ts";
import type { StripeIntents } from "./stripe-provider.ts";
import { stageNames, type StageName } from "./stage.ts";

/** What a stage did with a message. */
export interface Mark {
  readonly outcome: string;
  /** Position of the command that followed; 0: none. */
  readonly logSeq: number;
}

/** A message that nobody but a person can go on with. */
export interface Parked {
  readonly stage: StageName;
  readonly seq: number;
  readonly id: string;
  readonly account: string;
  readonly reason: string;
  readonly at: string;
}

/** An invoice that is not issued because what is stored is not what the fold has. */
export interface InvoiceAlarm {
  readonly account: string;
  readonly invoice: string;
  readonly reasons: readonly string[];
  readonly since: string;
}

/** What the outbox remembers, in NATS' key-value buckets: so that every API process knows it, and the next one too. */
export interface OutboxStore {
  /** Resolves when the buckets can be used. The meter creates them. */
  follow(nc: NatsConnection): Promise<void>;
  mark(stage: StageName, id: string): Promise<Mark | null>;
  setMark(stage: StageName, id: string, mark: Mark): Promise<void>;
  /** True: nobody else works on this now, and this process may for two minutes. */
  claim(stage: StageName, id: string): Promise<boolean>;
  release(stage: StageName, id: string): Promise<void>;
  parked(): Parked[];
  setParked(parked: Parked): Promise<void>;
  clearParked(stage: StageName, seq: number): Promise<void>;
  alarms(): InvoiceAlarm[];
  /** Keeps the time at which it began. */
  setAlarm(alarm: InvoiceAlarm): Promise<void>;
  clearAlarm(account: string, invoice: string): Promise<void>;
  /** What the partition's log lacks and two people have not waived. */
  openGaps(partition: number): LogGap[];
  gaps(): LogGap[];
  /** False: there is no such gap. The same person's second word changes nothing. */
  waive(partition: number, from: number, waiver: LogGap["waivers"][number]): Promise<boolean>;
  /** Small facts of other parts, by their own keys. */
  readonly facts: MirroredBucket;
  /** Of the test provider. */
  charges(): KV;
  /** Of Stripe. */
  readonly intents: StripeIntents;
}

/** Two people, because a gap that is waived may be money that is never billed. */
const WAIVERS = 2;

export const isWaived = ({ waivers }: LogGap): boolean => waivers.length >= WAIVERS;

/** Longer than any try; a process that dies while it holds one delays the next try by so much. */
const CLAIM_MS = 120_000;

export function createOutboxStore(): OutboxStore {
  const facts = new MirroredBucket();
  let handled: KV | null = null;
  let charges: KV | null = null;
  const markKey = (stage: StageName, id: string): string => `${stage}.${sha256(id).slice(0, 32)}`;
  const claimKey = (stage: StageName, id: string): string => `claim.${markKey(stage, id)}`;
  const intentKey = (attempt: string): string => `stripe.${sha256(attempt).slice(0, 32)}`;
  const parkedKey = (stage: StageName, seq: number): string => `parked.${stage}.${seq}`;
  const alarmKey = (account: string, invoice: string): string => `alarm.${account}.${sha256(invoice).slice(0, 32)}`;
  const all = <Value>(prefix: string): Value[] =>
    [...facts.keys(prefix)].flatMap((key) => {
      const text = facts.get(key);
      return text === null ? [] : [JSON.parse(text) as Value];
    });
  const open = (kv: KV | null): KV => {
    if (kv === null) throw new BucketUnavailable("the outbox is not set up yet: start the meter");
    return kv;
  };
  return {
    async follow(nc) {
      const kvm = new Kvm(nc);
      handled = await kvm.open(handledBucket);
      charges = await kvm.open(chargesBucket);
      await facts.follow(await kvm.open(outboxBucket));
    },
    async mark(stage, id) {
      const entry = await open(handled).get(markKey(stage, id));
      return entry === null || entry.operation !== "PUT" ? null : entry.json<Mark>();
    },
    async setMark(stage, id, mark) {
      await open(handled).put(markKey(stage, id), JSON.stringify(mark));
    },
    async claim(stage, id) {
      const kv = open(handled);
      const key = claimKey(stage, id);
      const entry = await kv.get(key);
      const free = entry === null || entry.operation !== "PUT" || entry.json<{ until: number }>().until < Date.now();
      if (!free) return false;
      try {
        await kv.put(key, JSON.stringify({ until: Date.now() + CLAIM_MS }), { previousSeq: entry?.revision ?? 0 });
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === 10071) return false;
        throw error;
      }
    },
    async release(stage, id) {
      await open(handled).delete(claimKey(stage, id));
    },
    parked: () =>
      all<Parked>("parked.").toSorted((a, b) => stageNames.indexOf(a.stage) - stageNames.indexOf(b.stage) || a.seq - b.seq),
    async setParked(parked) {
      await facts.change(parkedKey(parked.stage, parked.seq), () => JSON.stringify(parked));
    },
    async clearParked(stage, seq) {
      await facts.change(parkedKey(stage, seq), (text) => (text === null ? undefined : null));
    },
    alarms: () => all<InvoiceAlarm>("alarm."),
    async setAlarm(alarm) {
      await facts.change(alarmKey(alarm.account, alarm.invoice), (text) => {
        const since = text === null ? alarm.since : (JSON.parse(text) as InvoiceAlarm).since;
        return JSON.stringify({ ...alarm, since });
      });
    },
    async clearAlarm(account, invoice) {
      await facts.change(alarmKey(account, invoice), (text) => (text === null ? undefined : null));
    },
    openGaps: (partition) => all<LogGap>(`gap.${partition}.`).filter((gap) => !isWaived(gap)),
    gaps: () => all<LogGap>("gap."),
    async waive(partition, from, waiver) {
      const text = await facts.change(gapKey(partition, from), (current) => {
        if (current === null) return undefined;
        const gap = LogGap.parse(JSON.parse(current));
        const others = gap.waivers.filter(({ by }) => by !== waiver.by);
        return JSON.stringify({ ...gap, waivers: [...others, waiver] });
      });
      return text !== null;
    },
    facts,
    charges: () => open(charges),
    intents: {
      async get(attempt) {
        const entry = await open(charges).get(intentKey(attempt));
        return entry === null ? null : entry.string();
      },
      async set(attempt, intent) {
        await open(charges).put(intentKey(attempt), intent);
      },
    },
  };
}
