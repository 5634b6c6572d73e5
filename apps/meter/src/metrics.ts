import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Batch } from "./encode.ts";
import type { Totals } from "./rules.ts";

/** What the meter counts. Labels name partitions and tables only: never accounts, users or numbers. */
export interface MeterMetrics {
  readonly registry: Registry;
  forPartition(partition: number): PartitionMetrics;
}

export interface PartitionMetrics {
  progress(foldedSeq: number, lagMs: number): void;
  settled(batch: Batch): void;
  buffered(bytes: number): void;
  held(held: boolean): void;
  burnt(): void;
  outboxHeld(): void;
  gap(messages: number): void;
  snapshotEncoded(milliseconds: number): void;
  snapshotStored(bytes: number): void;
  viewAnswered(milliseconds: number): void;
  serving(serving: boolean): void;
  restarted(): void;
  /** Asked whenever the metrics are read; returns what ends that. */
  watchTotals(totals: () => Totals): () => void;
}

export function createMetrics(): MeterMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const labelNames = ["partition"] as const;
  const counter = (name: string, help: string): Counter<"partition"> => new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string): Gauge<"partition"> => new Gauge({ name, help, labelNames, registers });
  const foldedSeq = gauge("tollbook_meter_folded_sequence", "Newest message of the log that is folded");
  const settledSeq = gauge("tollbook_meter_settled_sequence", "Newest message of the log whose effect is verified in ClickHouse");
  const rows = new Counter({
    name: "tollbook_meter_settled_rows_total",
    help: "Rows inserted, read back and settled",
    labelNames: ["partition", "table"] as const,
    registers,
  });
  const batches = counter("tollbook_meter_settled_batches_total", "Batches settled");
  const buffered = gauge("tollbook_meter_buffered_bytes", "Encoded rows that wait for ClickHouse");
  const held = gauge("tollbook_meter_sink_held", "1 while ClickHouse does not take a batch");
  const burnt = counter("tollbook_meter_burnt_tokens_total", "Inserts answered OK of which nothing was stored; inserted again");
  const outboxHeld = counter("tollbook_meter_outbox_held_total", "Publications that the outbox did not acknowledge; tried again");
  const gaps = counter("tollbook_meter_missing_messages_total", "Messages that the log lacks");
  const snapshotSeconds = gauge("tollbook_meter_snapshot_pause_seconds", "How long the last snapshot stopped the fold");
  const snapshotBytes = gauge("tollbook_meter_snapshot_bytes", "Size of the last stored snapshot");
  const lag = gauge("tollbook_meter_lag_seconds", "How long the oldest message that is not folded has waited here");
  const serving = gauge("tollbook_meter_serving", "1 when the partition is served here");
  const restarts = counter("tollbook_meter_partition_restarts_total", "Times a partition was let go because of a failure");
  const views = new Histogram({
    name: "tollbook_meter_view_seconds",
    help: "Time to answer a view",
    buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1],
    registers,
  });

  const watched = new Map<string, () => Totals>();
  const events = new Gauge({
    name: "tollbook_events",
    help: "First identity: accepted = applied + duplicate + confirmed + conflict + quarantined + deadLettered + refused",
    labelNames: ["partition", "outcome"] as const,
    registers,
    // Runs first, and sets all that comes from the state.
    collect: () => {
      for (const metric of [events, legs, accounts, frozen]) metric.reset();
      for (const [partition, ask] of watched) {
        const totals = ask();
        for (const [outcome, count] of Object.entries(totals.events)) events.set({ partition, outcome }, count);
        for (const [state, count] of Object.entries(totals.legs)) legs.set({ partition, state }, count);
        accounts.set({ partition }, totals.accounts);
        frozen.set({ partition }, totals.frozenAccounts);
      }
    },
  });
  const legs = new Gauge({
    name: "tollbook_legs",
    help: "Second identity: seen = open + rated + denied + abandoned + voided",
    labelNames: ["partition", "state"] as const,
    registers,
  });
  const accounts = gauge("tollbook_accounts", "Accounts of the partition");
  const frozen = gauge("tollbook_frozen_accounts", "Accounts frozen after a broken invariant: they need an operator");

  return {
    registry,
    forPartition: (p) => {
      const partition = String(p);
      return {
        progress: (seq, lagMs) => {
          foldedSeq.set({ partition }, seq);
          lag.set({ partition }, lagMs / 1000);
        },
        settled: (batch) => {
          settledSeq.set({ partition }, batch.position.seq);
          if (batch.rows > 0) batches.inc({ partition });
          for (const part of batch.parts) rows.inc({ partition, table: part.table }, part.rows);
        },
        buffered: (bytes) => buffered.set({ partition }, bytes),
        held: (is) => held.set({ partition }, is ? 1 : 0),
        outboxHeld: () => outboxHeld.inc({ partition }),
        burnt: () => burnt.inc({ partition }),
        gap: (messages) => gaps.inc({ partition }, messages),
        snapshotEncoded: (milliseconds) => snapshotSeconds.set({ partition }, milliseconds / 1000),
        snapshotStored: (bytes) => snapshotBytes.set({ partition }, bytes),
        viewAnswered: (milliseconds) => views.observe(milliseconds / 1000),
        serving: (is) => serving.set({ partition }, is ? 1 : 0),
        restarted: () => restarts.inc({ partition }),
        watchTotals: (totals) => {
          watched.set(partition, totals);
          return () => {
            if (watched.get(partition) === totals) watched.delete(partition);
          };
        },
      };
    },
  };
}
