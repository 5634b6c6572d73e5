/** Sends one kind of HTTP request again and again, and reports how many were answered and how fast. */
// @ts-expect-error -- it ships no types; what is used of it stands below
import untyped from "autocannon";
import { readSetting, report, untilReleased } from "./harness/child.ts";

export interface HttpLoadSetting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `[<id>]` in it becomes another one with each request. */
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /** Null: closed model, each connection as fast as it is answered. That tells a throughput, but no latency. */
  readonly perSecond: number | null;
}

export interface HttpLoadReport {
  readonly perSecond: number;
  readonly answered: number;
  /** Other answers than 2xx. */
  readonly refused: number;
  readonly failed: number;
  readonly latencyMs: Readonly<Record<"p50" | "p99" | "p999" | "max", number>>;
}

interface AutocannonOptions {
  readonly url: string;
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connections: number;
  readonly duration: number;
  readonly overallRate?: number;
  readonly idReplacement: boolean;
}

interface AutocannonResult {
  readonly duration: number;
  readonly latency: Readonly<Record<"p50" | "p99" | "p99_9" | "max", number>>;
  readonly "2xx": number;
  readonly non2xx: number;
  readonly errors: number;
}

const autocannon = untyped as (options: AutocannonOptions) => Promise<AutocannonResult>;

const { url, headers, body, connections, seconds, perSecond } = readSetting<HttpLoadSetting>();
const result = await autocannon({
  url,
  method: "POST",
  headers,
  body,
  connections,
  duration: seconds,
  idReplacement: true,
  ...(perSecond === null ? {} : { overallRate: perSecond }),
});
const { latency } = result;
report({
  perSecond: result["2xx"] / result.duration,
  answered: result["2xx"],
  refused: result.non2xx,
  failed: result.errors,
  latencyMs: { p50: latency.p50, p99: latency.p99, p999: latency.p99_9, max: latency.max },
} satisfies HttpLoadReport);
await untilReleased();
