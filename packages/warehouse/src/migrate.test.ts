import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate } from "./migrate.ts";
import { readRows, tables } from "./tables.ts";
import { openTestWarehouse, type TestWarehouse } from "./testing/open-test-warehouse.ts";

let warehouse: TestWarehouse;
beforeAll(async () => (warehouse = await openTestWarehouse()));
afterAll(async () => await warehouse.close());

it("makes every table once, also when two processes begin at the same time", async () => {
  await Promise.all([migrate(warehouse.client), migrate(warehouse.client)]);
  expect(await migrate(warehouse.client)).toEqual([]);
  const found = await readRows<{ name: string }>(
    warehouse.client,
    "SELECT name FROM system.tables WHERE database = currentDatabase()",
    {},
  );
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining([...tables]));
});

it.each(tables)("%s syncs what it stores and remembers insert tokens", async (table) => {
  const [made] = await readRows<{ definition: string }>(
    warehouse.client,
    "SELECT create_table_query AS definition FROM system.tables WHERE name = {table:String}",
    { table },
  );
  expect(made?.definition).toMatch(/fsync_after_insert = 1/);
  expect(made?.definition).toMatch(/non_replicated_deduplication_window = 10000/);
  expect(made?.definition).toMatch(/PARTITION BY toYYYYMM\(log_time\)/);
});

it("refuses a database that a newer release has made, and says what to do", async () => {
  await warehouse.client.command({
    query: "INSERT INTO schema_migrations (number, name, sha256) SELECT 9999, '9999-future.sql', repeat('0', 64)",
  });
  await expect(migrate(warehouse.client)).rejects.toThrow(/newer release \(9999-future.sql\): update Tollbook/);
});

it("refuses a schema file that was changed after it had been applied", async () => {
  await warehouse.client.command({ query: "TRUNCATE TABLE schema_migrations" });
  await warehouse.client.command({
    query: "INSERT INTO schema_migrations (number, name, sha256) SELECT 1, '0001-rated-calls.sql', repeat('0', 64)",
  });
  await expect(migrate(warehouse.client)).rejects.toThrow(/0001-rated-calls.sql differs/);
});
