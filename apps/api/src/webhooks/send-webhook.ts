import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { Webhook } from "standardwebhooks";
import type { Endpoint } from "./endpoints.ts";
import { isPublicAddress, publicLookup } from "./public-address.ts";

/** What became of one try. The receiver's answer itself is not kept or shown (S17). */
export interface Sent {
  /** Null: there was no answer. */
  readonly status: number | null;
  /** Why it counts as failed; null: it was taken. */
  readonly error: string | null;
  readonly ms: number;
}

/** A receiver says 2xx first and works afterwards. */
const ANSWER_MS = 5_000;

/** Signed as Standard Webhooks wants it: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Redirects are not followed. */
export async function sendWebhook(
  endpoint: Endpoint,
  { id, body, now, anywhere }: { readonly id: string; readonly body: string; readonly now: Date; readonly anywhere: boolean },
): Promise<Sent> {
  const started = performance.now();
  const url = new URL(endpoint.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const ended = (status: number | null, error: string | null): Sent => ({
    status,
    error,
    ms: Math.round(performance.now() - started),
  });
  // A literal address is connected to without being looked up.
  if (!anywhere && isIP(host) !== 0 && !isPublicAddress(host)) return ended(null, "the address is in a private network");
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": "Tollbook-Webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": secretsOf(endpoint, now)
      .map((secret) => new Webhook(secret).sign(id, now, body))
      .join(" "),
  };
  return await new Promise((resolve) => {
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const options = {
      method: "POST",
      headers,
      agent: false as const,
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(anywhere ? {} : { lookup: publicLookup }),
    };
    const request = send(url, options, (response) => {
      const { statusCode = 0 } = response;
      response.destroy();
      resolve(ended(statusCode, statusCode >= 200 && statusCode < 300 ? null : `it answered ${statusCode}`));
    });
    request.on("error", (error) =>
      resolve(
        ended(
          null,
          error.name === "AbortError" || error.name === "TimeoutError" ? `no answer within ${ANSWER_MS} ms` : error.message,
        ),
      ),
    );
    request.end(body);
  });
}

function secretsOf({ secret, previous }: Endpoint, now: Date): string[] {
  return previous !== null && Date.parse(previous.until) > now.getTime() ? [secret, previous.secret] : [secret];
}
