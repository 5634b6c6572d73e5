/** What the harness uses of autocannon, which ships no types. */
declare module "autocannon" {
  interface Options {
    url: string;
    method: "POST";
    headers: Record<string, string>;
    body: string;
    connections: number;
    duration: number;
    /** Requests per second over all connections; absent: each connection sends as soon as it has its answer. */
    overallRate?: number;
    /** Puts an id of its own in the place of `[<id>]` in every body. */
    idReplacement: boolean;
  }
  interface Result {
    duration: number;
    requests: { total: number };
    latency: Record<"p50" | "p99" | "p99_9" | "max", number>;
    "2xx": number;
    non2xx: number;
    errors: number;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
