/**
 * Question: does the API accept batches of finished calls at a steady rate, each acknowledged by the log?
 * Model: open (constant arrival rate): a slow answer does not hold back the next request, so waiting is not hidden.
 */
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter } from "k6/metrics";
import type { Options } from "k6/options";
import { account, apiKey, baseUrl, duration, endedCall, number } from "./setting.ts";

const BATCH = number("BATCH", 100);
const RATE = number("RATE", 20);

export const options: Options = {
  scenarios: {
    ingest: { executor: "constant-arrival-rate", rate: RATE, timeUnit: "1s", duration, preAllocatedVUs: 20, maxVUs: 60 },
  },
  thresholds: {
    checks: ["rate==1"],
    // A dropped iteration is a request that was never sent: the figures would flatter us.
    dropped_iterations: ["count==0"],
    http_req_failed: ["rate==0"],
  },
  discardResponseBodies: false,
};

const accepted = new Counter("tollbook_events_accepted");

export default function ingest(): void {
  const first = exec.scenario.iterationInTest * BATCH;
  const events = Array.from({ length: BATCH }, (_, offset) => endedCall(first + offset));
  const response = http.post(`${baseUrl}/v1/accounts/${account}/events`, JSON.stringify(events), {
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/cloudevents-batch+json" },
  });
  const isAccepted = check(response, {
    "202": (answer) => answer.status === 202,
    "all accepted": (answer) => answer.status === 202 && answer.json("accepted") === BATCH,
  });
  if (isAccepted) accepted.add(BATCH);
}
