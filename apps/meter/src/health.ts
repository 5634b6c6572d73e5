import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";

/** Read by people, the `tollbook` command and load balancers. */
export interface Health {
  readonly ready: boolean;
  /** Sentences: what is wrong, and what to do. */
  readonly problems: readonly string[];
  readonly partitions: Readonly<Record<string, string>>;
}

/** `/healthz`, `/readyz`, `/metrics` on the loopback interface. */
export async function openHealthServer(
  port: number,
  { health, registry }: { readonly health: () => Health; readonly registry: Registry },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { "content-type": type }).end(body);
    };
    switch (request.url ?? "") {
      case "/healthz":
        return send(200, "text/plain; charset=utf-8", "alive\n");
      case "/readyz": {
        const now = health();
        return send(now.ready ? 200 : 503, "application/json", `${JSON.stringify(now)}\n`);
      }
      case "/metrics":
        registry.metrics().then(
          (text) => send(200, registry.contentType, text),
          (error: unknown) => send(500, "text/plain; charset=utf-8", String(error)),
        );
        return;
      default:
        return send(404, "text/plain; charset=utf-8", "Here are /healthz, /readyz and /metrics.\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new Error(`Port ${port} is taken: end what uses it, or set TOLLBOOK_METER_PORT to a free one.`) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
