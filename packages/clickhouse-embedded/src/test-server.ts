/** A real embedded ClickHouse in a folder of its own, for one test file. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll } from "vitest";
import { startEmbeddedClickhouse, type EmbeddedClickhouse } from "./start.ts";

export const STOP_MS = 20_000;

export interface TestServer {
  readonly url: () => string;
  readonly client: (compression?: boolean) => ClickHouseClient;
  /** SQL over plain HTTP, as curl would send it. */
  readonly post: (
    body: string | Uint8Array,
    query?: Record<string, string>,
    headers?: Record<string, string>,
  ) => Promise<Response>;
  readonly rows: (sql: string) => Promise<unknown[]>;
}

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), "tollbook-clickhouse-"));
}

/** Started before the file's tests, stopped after them. */
export function useTestServer(env: NodeJS.ProcessEnv = {}): TestServer {
  let server: EmbeddedClickhouse;
  let folder: string;
  const clients: ClickHouseClient[] = [];
  beforeAll(async () => {
    folder = scratchFolder();
    server = await startEmbeddedClickhouse({ dataFolder: folder, port: 0, env });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.stop(STOP_MS);
    rmSync(folder, { recursive: true, force: true });
  });
  const url = (): string => server.url;
  const client = (compression = false): ClickHouseClient => {
    const made = createClient({
      url: url(),
      compression: { request: compression, response: compression },
      log: { level: ClickHouseLogLevel.OFF },
    });
    clients.push(made);
    return made;
  };
  const post: TestServer["post"] = (body, query = {}, headers = {}) =>
    fetch(`${url()}/?${new URLSearchParams(query).toString()}`, {
      method: "POST",
      body: typeof body === "string" ? body : Uint8Array.from(body),
      headers,
    });
  const rows = async (sql: string): Promise<unknown[]> => {
    const result = await client().query({ query: sql, format: "JSONEachRow" });
    return result.json();
  };
  return { url, client, post, rows };
}
