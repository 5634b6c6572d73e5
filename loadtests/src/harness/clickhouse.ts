import { Agent, request } from "node:http";
import type { Rig } from "./rig.ts";

/** As little of ClickHouse's HTTP protocol as the harness needs: raw bytes in and out, nothing between them and the socket. */
export interface Clickhouse {
  query(sql: string, settings?: Readonly<Record<string, string>>): Promise<Buffer>;
  /** Whole numbers and texts of one row, tab-separated on the wire. */
  row(sql: string): Promise<string[]>;
  insert(table: string, columns: string, format: "RowBinary" | "Native", bytes: Uint8Array, token: string): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 120_000;

export function connectClickhouse({ url, user, password }: Rig["clickhouse"]): Clickhouse {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const post = (parameters: Readonly<Record<string, string>>, body: Uint8Array): Promise<Buffer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const address = `${url}/?${new URLSearchParams(parameters).toString()}`;
    const sent = request(
      address,
      { method: "POST", agent, timeout: TIMEOUT_MS, headers: { authorization, "content-length": body.byteLength } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const answer = Buffer.concat(chunks);
          if (response.statusCode === 200 && response.headers["x-clickhouse-exception-code"] === undefined) resolve(answer);
          else reject(new Error(`ClickHouse: ${answer.toString("utf8").slice(0, 500)}`));
        });
      },
    );
    sent.once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error(`ClickHouse did not answer within ${TIMEOUT_MS / 1_000} s`)));
    sent.end(body);
    return promise;
  };
  const query: Clickhouse["query"] = (sql, settings = {}) => post(settings, Buffer.from(sql));
  return {
    query,
    row: async (sql) => (await query(`${sql} FORMAT TabSeparated`)).toString("utf8").trim().split("\t"),
    insert: async (table, columns, format, bytes, token) => {
      await post(
        {
          query: `INSERT INTO ${table} (${columns}) FORMAT ${format}`,
          // The settings of the meter's own inserts: stored before the answer, as one block, at most once per token.
          async_insert: "0",
          insert_deduplication_token: token,
          max_insert_block_size: "100000",
          input_format_parallel_parsing: "0",
          max_insert_threads: "1",
        },
        bytes,
      );
    },
    close: () => agent.destroy(),
  };
}
