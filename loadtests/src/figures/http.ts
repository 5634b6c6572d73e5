/** Question: how much of what an HTTP server of this kind can do at all is left when it decides about calls? */
import { startChild } from "../harness/child.ts";
import { type CpuSeconds, cpuBetween, cpuSecondsOfAll } from "../harness/cpu-time.ts";
import { figure, type Figure } from "../harness/result.ts";
import type { HttpLoadReport, HttpLoadSetting } from "../http-load.ts";
import type { NoOpReport, NoOpSetting } from "../no-op-route.ts";
import { accountName, userName } from "../sample/calls.ts";
import { type Bench, prepare } from "./prepared.ts";

interface HttpSample {
  readonly load: HttpLoadReport;
  readonly cpuSeconds: CpuSeconds;
}

/** Closed model: so many wait for their answer at a time. As in Fastify's own benchmark. */
const CONNECTIONS = 50;

/** The authorise route and a route that does nothing take turns; the ratio is of what each answers per second. */
export async function httpFigures(bench: Bench): Promise<Figure[]> {
  const { knobs, say } = bench;
  const prepared = await prepare(bench);
  const noOp = startChild<NoOpReport>("no-op-route", { host: "127.0.0.1" } satisfies NoOpSetting);
  try {
    const { url: noOpUrl } = await noOp.next(() => true);
    await prepared.rig.start("api");
    const apiKey = await prepared.rig.createApiKey(accountName(0));
    const decided: HttpSample[] = [];
    const nothing: HttpSample[] = [];
    for (let run = 0; run < knobs.runs; run++) {
      say(`http: run ${run + 1} of ${knobs.runs} …`);
      const setting = { run: `h${run}`, apiKey, seconds: knobs.seconds };
      nothing.push(await measureHttp(noOpUrl, setting, () => ({ "no-op": noOp.pid })));
      decided.push(await measureHttp(prepared.rig.apiUrl, setting, prepared.rig.pids));
    }
    return figuresFrom(decided, nothing);
  } finally {
    await noOp.end();
    await prepared.close();
  }
}

async function measureHttp(
  url: string,
  { run, apiKey, seconds }: { readonly run: string; readonly apiKey: string; readonly seconds: number },
  pids: () => Record<string, number>,
): Promise<HttpSample> {
  const setting: HttpLoadSetting = {
    url: `${url}/v1/accounts/${accountName(0)}/authorize`,
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      usageId: `${run}-[<id>]`,
      callType: "user_out",
      direction: "outbound",
      user: userName(0),
      from: "+4930901820",
      to: "+33140205050",
    }),
    connections: CONNECTIONS,
    seconds,
    perSecond: null,
  };
  const child = startChild<HttpLoadReport>("http-load", setting);
  try {
    const before = cpuSecondsOfAll(pids());
    const load = await child.next(() => true);
    const all = cpuSecondsOfAll({ ...pids(), "http-load": child.pid });
    return { load, cpuSeconds: cpuBetween(before, all) };
  } finally {
    await child.end();
  }
}

function figuresFrom(decided: readonly HttpSample[], nothing: readonly HttpSample[]): Figure[] {
  const bad = decided.reduce((sum, { load }) => sum + load.refused + load.failed, 0);
  const reasons = bad > 0 ? [`${bad} requests were not answered with a decision`] : [];
  const rate = (name: string, samples: readonly HttpSample[]): Figure =>
    figure({
      name,
      unit: "req/s",
      samples: samples.map(({ load }) => load.perSecond),
      cpuSeconds: samples.map(({ cpuSeconds }) => cpuSeconds),
      events: samples.map(({ load }) => load.answered),
      reasons,
    });
  const ratios = decided.map(({ load }, run) => load.perSecond / (nothing[run] as HttpSample).load.perSecond);
  return [
    rate("authorise over HTTP", decided),
    rate("a route that does nothing", nothing),
    figure({ name: "authorise over HTTP / nothing", unit: "×", samples: ratios, goal: { atLeast: 0.25 }, reasons }),
  ];
}
