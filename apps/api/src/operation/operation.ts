import { problemCodes, refusalCodes } from "@tollbook/contracts/codes.ts";
import * as z from "zod/mini";
import { notFound } from "../problem.ts";
import { ProblemBody } from "../schemas.ts";
import type { App, Services } from "../services.ts";

/** ClickHouse must answer within this to count as there. */
const PING_MS = 2000;
/** Behind by more than this, the meter is not ready for decisions. */
const READY_LAG_SECONDS = 30;

const Check = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
const Meaning = z.object({ code: z.string(), status: z.int(), title: z.string() });
const Health = z.object({ status: z.enum(["ok", "degraded"]), checks: z.array(Check) });

export function registerOperation(app: App, { log, settled, clickhouse, metrics, directory, outbox }: Services): void {
  app.get(
    "/healthz",
    {
      config: { access: "public" },
      schema: {
        operationId: "getHealth",
        tags: ["Operation"],
        summary: "Does this process answer",
        response: { 200: z.object({ status: z.literal("ok") }) },
        security: [],
      },
    },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      config: { access: "public" },
      schema: {
        operationId: "getReadiness",
        tags: ["Operation"],
        summary: "Do NATS, ClickHouse and the meter answer",
        description: "503 while NATS or the directory is away: then nobody can be recognised and nothing be recorded.",
        response: { 200: Health, 503: Health },
        security: [],
      },
    },
    async (_request, reply) => {
      const fault = log.fault;
      const checks = [
        { name: "nats", ok: fault === null, detail: fault ?? "connected" },
        { name: "directory", ok: directory.loaded, detail: directory.loaded ? "loaded" : "not loaded yet" },
        await checkClickhouse(),
        checkMeter(),
        ...outbox.checks(),
      ];
      const ok = checks.every((check) => check.ok);
      // Without reports the API still records and decides, so it stays in service.
      const serving = checks.slice(0, 2).every((check) => check.ok);
      return reply.code(serving ? 200 : 503).send({ status: ok ? "ok" : "degraded", checks });
    },
  );

  app.get(
    "/problems/:code",
    {
      config: { access: "public" },
      schema: {
        operationId: "describeProblem",
        tags: ["Operation"],
        summary: "What a problem's or refusal's code means",
        description: "The address in every problem's `type`.",
        params: z.object({ code: z.string() }),
        response: { 200: Meaning, 404: ProblemBody },
        security: [],
      },
    },
    async (request) => {
      const { code } = request.params;
      const problem = Object.entries(problemCodes).find(([name]) => name === code)?.[1];
      const refusal = Object.entries(refusalCodes).find(([name]) => name === code)?.[1];
      if (problem !== undefined) return { code, status: problem.status, title: problem.title };
      if (refusal !== undefined) return { code, status: problemCodes.refused.status, title: refusal };
      throw notFound("There is no such code.");
    },
  );

  app.get(
    "/metrics",
    {
      config: { access: "public" },
      schema: { operationId: "getMetrics", tags: ["Operation"], summary: "Metrics for Prometheus", hide: true },
    },
    async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  const checkClickhouse = async (): Promise<z.infer<typeof Check>> => {
    const timeout = AbortSignal.timeout(PING_MS);
    const answer = await clickhouse.ping({ select: true, abort_signal: timeout });
    return {
      name: "clickhouse",
      ok: answer.success,
      detail: answer.success ? "answers" : "does not answer: reports are not available",
    };
  };

  const checkMeter = (): z.infer<typeof Check> => {
    try {
      const marks = Array.from({ length: settled.partitions }, (_, p) => settled.of(p)).filter((mark) => mark !== null);
      const newest = Math.max(0, ...marks.map((mark) => mark.logTime / 1_000_000));
      const lag = Math.round(Date.now() / 1000 - newest);
      // The owner of each partition writes a tick a minute, so a mark that is older than that has stopped.
      const ok = newest > 0 && lag < READY_LAG_SECONDS + 90;
      return { name: "meter", ok, detail: newest === 0 ? "nothing settled yet" : `settled until ${lag} s ago` };
    } catch {
      return { name: "meter", ok: false, detail: "the log is not set up yet: start the meter" };
    }
  };
}
