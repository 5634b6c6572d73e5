import { fastifyUnderPressure } from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { ApiProblem, sendProblem } from "./problem.ts";

/** A request that would wait longer than this before its first line runs is better sent again to another instance. */
const MAX_DELAY_MS = 2000;
const SAMPLE_MS = 500;

/**
 * Turns requests away while the event loop is behind, instead of answering all of them too late. Health must go on, and so must
 * decisions on calls: an emergency is among them, and only its handler knows.
 */
export async function refuseOverload(app: FastifyInstance): Promise<void> {
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: MAX_DELAY_MS,
    sampleInterval: SAMPLE_MS,
    pressureHandler: (request, reply, _type, value) => {
      if (!request.url.startsWith("/v1") || request.routeOptions.config.emergencyAlways === true) return;
      const detail = `The server is busy: its event loop is ${Math.round(value ?? 0)} ms behind.`;
      sendProblem(request, reply, new ApiProblem("tooManyRequests", { detail, retryAfterSeconds: 2 }));
    },
  });
}
