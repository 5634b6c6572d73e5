import { fastifyStatic } from "@fastify/static";
import { notFound, sendProblem } from "./problem.ts";
import type { App } from "./services.ts";

/** File names below this carry a hash of their content, so a browser may keep them for ever. */
const HASHED = "/assets/";

/**
 * Serves the built dashboard, and its first page for every address that is a page of it, so that deep links survive a
 * reload. Everything else that is not found is a problem.
 */
export async function serveDashboard(app: App, folder: string | null): Promise<void> {
  if (folder !== null)
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header("cache-control", path.includes(HASHED) ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  app.setNotFoundHandler((request, reply) => {
    const page =
      request.method === "GET" && (request.headers.accept ?? "").includes("text/html") && !request.url.startsWith("/v1");
    if (folder === null || !page) return sendProblem(request, reply, notFound("There is no such address."));
    return reply.header("cache-control", "no-cache").sendFile("index.html");
  });
}
