import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** No account, number or user id in a label: that would be personal data in a monitoring system, without an end to its values. */
export interface Metrics {
  readonly registry: Registry;
  readonly requestSeconds: Histogram<"method" | "route" | "status">;
  readonly eventsAccepted: Counter;
  readonly eventsRejected: Counter<"reason">;
  readonly authorizations: Counter<"decision">;
  readonly liveViewers: Gauge;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requestSeconds: new Histogram({
      name: "tollbook_api_request_seconds",
      help: "Duration of requests by route and status",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 5],
      registers,
    }),
    eventsAccepted: new Counter({
      name: "tollbook_api_events_accepted_total",
      help: "Call events acknowledged by the log",
      registers,
    }),
    eventsRejected: new Counter({
      name: "tollbook_api_events_rejected_total",
      help: "Call events that could not be decoded",
      labelNames: ["reason"],
      registers,
    }),
    authorizations: new Counter({
      name: "tollbook_api_authorizations_total",
      help: "Authorisations by decision; unreachable: the meter did not answer in time",
      labelNames: ["decision"],
      registers,
    }),
    liveViewers: new Gauge({ name: "tollbook_api_live_viewers", help: "Open live streams", registers }),
  };
}
