import { Counter, Gauge, type Registry } from "prom-client";

/** No account in a label: see metrics.ts. */
export interface OutboxMetrics {
  readonly handled: Counter<"stage" | "outcome">;
  readonly payments: Counter<"provider" | "outcome">;
}

/** What is asked whenever the metrics are read. */
export interface OutboxState {
  waiting(): Promise<ReadonlyMap<string, number>>;
  parked(): number;
  disagreeing(): number;
}

export function createOutboxMetrics(registry: Registry, state: () => OutboxState): OutboxMetrics {
  const registers = [registry];
  new Gauge({
    name: "tollbook_outbox_waiting",
    help: "Messages that a stage of the outbox has not dealt with, or is still trying",
    labelNames: ["stage"] as const,
    registers,
    async collect() {
      this.reset();
      for (const [stage, count] of await state().waiting()) this.set({ stage }, count);
    },
  });
  new Gauge({
    name: "tollbook_outbox_parked",
    help: "Messages that wait for a person",
    registers,
    collect() {
      this.set(state().parked());
    },
  });
  new Gauge({
    name: "tollbook_invoices_disagreeing",
    help: "Invoices that are not issued because the stored rows are not what the fold has",
    registers,
    collect() {
      this.set(state().disagreeing());
    },
  });
  return {
    handled: new Counter({
      name: "tollbook_outbox_handled_total",
      help: "Tries of the outbox by stage and what became of them",
      labelNames: ["stage", "outcome"],
      registers,
    }),
    payments: new Counter({
      name: "tollbook_payments_total",
      help: "Answers of payment providers",
      labelNames: ["provider", "outcome"],
      registers,
    }),
  };
}
