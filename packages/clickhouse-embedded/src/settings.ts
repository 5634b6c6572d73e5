/** The process's settings, from the environment. */
import { resolve } from "node:path";

export interface Settings {
  readonly port: number;
  readonly dataFolder: string;
  readonly password: string | null;
  /** End when standard input ends: whoever started this process is gone. */
  readonly endWithStdin: boolean;
}

/** All faults at once, each a sentence that says what to do. */
export function readSettings(env: NodeJS.ProcessEnv): Settings | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const port = env.TOLLBOOK_CLICKHOUSE_PORT ?? "";
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    faults.push(`TOLLBOOK_CLICKHOUSE_PORT is "${port}": set it to a port number from 1 to 65535 (0 takes a free one).`);
  const folder = env.TOLLBOOK_CLICKHOUSE_DATA ?? "";
  if (folder === "") faults.push("TOLLBOOK_CLICKHOUSE_DATA is not set: name the folder for the data.");
  // The engine would take these for patterns in the names of the files it is given.
  if (/[*?{}[\]\n]/.test(resolve(folder)))
    faults.push(`TOLLBOOK_CLICKHOUSE_DATA is "${folder}": choose a folder without * ? { } [ ] in its path.`);
  const password = env.TOLLBOOK_CLICKHOUSE_PASSWORD ?? "";
  if (faults.length > 0) return { faults };
  return {
    port: Number(port),
    dataFolder: resolve(folder),
    password: password === "" ? null : password,
    endWithStdin: env.TOLLBOOK_CLICKHOUSE_END_WITH_STDIN === "1",
  };
}
