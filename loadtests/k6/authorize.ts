/**
 * Question: how long does telephony wait for allow or deny, at a steady rate of new calls?
 * Model: open; each iteration is one call: authorise, then end it, so that reservations do not pile up.
 */
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Trend } from "k6/metrics";
import type { Options } from "k6/options";
import { account, apiKey, authorization, baseUrl, duration, endOf, number } from "./setting.ts";

const RATE = number("RATE", 100);

export const options: Options = {
  scenarios: {
    authorize: { executor: "constant-arrival-rate", rate: RATE, timeUnit: "1s", duration, preAllocatedVUs: 50, maxVUs: 200 },
  },
  thresholds: {
    checks: ["rate==1"],
    // A dropped iteration is a request that was never sent: the figures would flatter us.
    dropped_iterations: ["count==0"],
    http_req_failed: ["rate==0"],
    tollbook_authorize_from_plan_ms: [`p(99)<${number("P99_MS", 100)}`],
  },
};

const authorizeMs = new Trend("tollbook_authorize_ms", true);
/** With the time by which k6 itself sent late: it waits for a free virtual user, a caller does not. */
const fromPlanMs = new Trend("tollbook_authorize_from_plan_ms", true);
const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };

export default function authorize(): void {
  const n = exec.scenario.iterationInTest;
  const lateMs = Math.max(0, Date.now() - (exec.scenario.startTime + (n * 1000) / RATE));
  const answer = http.post(`${baseUrl}/v1/accounts/${account}/authorize`, JSON.stringify(authorization(n)), { headers });
  authorizeMs.add(answer.timings.duration);
  fromPlanMs.add(lateMs + answer.timings.duration);
  check(answer, {
    "answered 200": (response) => response.status === 200,
    "allow or deny": (response) => response.json("decision") === "allow" || response.json("decision") === "deny",
  });
  const ended = http.post(`${baseUrl}/v1/accounts/${account}/events`, JSON.stringify(endOf(n)), {
    headers: { ...headers, "Content-Type": "application/cloudevents+json" },
  });
  check(ended, { "end accepted": (response) => response.status === 202 });
}
