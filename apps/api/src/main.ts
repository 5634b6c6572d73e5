/** The process: the HTTP API until SIGTERM or SIGINT. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import closeWithGrace from "close-with-grace";
import { createApi } from "./create-api.ts";
import { readEnvironment } from "./environment.ts";

/** Requests that run may finish for this long. */
const CLOSE_MS = 10_000;

const built = join(import.meta.dirname, "../../dashboard/dist");
const environment = readEnvironment(process.env, existsSync(join(built, "index.html")) ? built : null);
if (!environment.ok) {
  for (const fault of environment.faults) console.error(fault);
  process.exit(1);
}
const { config } = environment;
const api = await createApi(config).catch((error: unknown) => {
  console.error(whyNotListening(error));
  return process.exit(1);
});
console.log(`The API answers on ${api.url}, process ${process.pid}`);
closeWithGrace({ delay: CLOSE_MS }, async ({ err }) => {
  if (err !== undefined) console.error(err);
  await api.close();
});

function whyNotListening(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return `Port ${config.port} on ${config.host} is taken: stop what uses it, or set TOLLBOOK_API_PORT to another one.`;
  if (code === "EACCES") return `Port ${config.port} may not be opened by this user: set TOLLBOOK_API_PORT to one above 1023.`;
  if (code === "EADDRNOTAVAIL") return `${config.host} is no address of this machine: set TOLLBOOK_API_HOST to one.`;
  return `The API cannot start: ${message}`;
}
