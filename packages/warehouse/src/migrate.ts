import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";

/** A schema file: `0001-rated-calls.sql` holds one statement that may be run again without harm. */
interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** Which files this database has seen. Small, so it needs no settings of its own. */
const HISTORY = `CREATE TABLE IF NOT EXISTS schema_migrations
(number UInt32, name String, sha256 FixedString(64), applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1`;

/**
 * Brings the database to the newest schema; safe to call by several processes and any number of times. Resolves with the
 * names of the files that were applied. Throws a sentence that says what to do when the database was made by a newer
 * release, or when a file that was applied before has been changed since.
 */
export async function migrate(client: ClickHouseClient): Promise<readonly string[]> {
  const migrations = readMigrations();
  await client.command({ query: HISTORY });
  const seen = await readHistory(client);
  const newest = migrations.at(-1)?.number ?? 0;
  const applied: string[] = [];
  for (const [number, { name, sha256 }] of seen) {
    const known = migrations.find((migration) => migration.number === number);
    if (known === undefined && number > newest)
      throw new Error(`The ClickHouse database has the schema of a newer release (${name}): update Tollbook.`);
    if (known !== undefined && known.sha256 !== sha256)
      throw new Error(
        `The schema file ${known.name} differs from the one this ClickHouse database was made with: ` +
          "restore it, and put the change into a new file with the next number; for a new database empty the data folder.",
      );
  }
  for (const migration of migrations) {
    if (seen.has(migration.number)) continue;
    // The statement is idempotent, so a crash between the two lines only runs it again.
    await client.command({ query: migration.sql });
    await client.command({
      query:
        "INSERT INTO schema_migrations (number, name, sha256) SELECT {number:UInt32}, {name:String}, {sha256:String} " +
        "WHERE {number:UInt32} NOT IN (SELECT number FROM schema_migrations)",
      query_params: { number: migration.number, name: migration.name, sha256: migration.sha256 },
    });
    applied.push(migration.name);
  }
  return applied;
}

function readMigrations(): Migration[] {
  const folder = join(import.meta.dirname, "schema");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => {
      const sql = readFileSync(join(folder, name), "utf8");
      return { number: Number.parseInt(name, 10), name, sql, sha256: createHash("sha256").update(sql).digest("hex") };
    });
}

async function readHistory(client: ClickHouseClient): Promise<Map<number, { name: string; sha256: string }>> {
  const result = await client.query({ query: "SELECT number, name, sha256 FROM schema_migrations", format: "JSONEachRow" });
  const rows = await result.json<{ number: number; name: string; sha256: string }>();
  return new Map(rows.map(({ number, name, sha256 }) => [Number(number), { name, sha256 }]));
}
