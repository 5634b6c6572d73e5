import { afterAll, beforeAll, expect, it } from "vitest";
import { createApp } from "./create-api.ts";
import type { App } from "./services.ts";
import { offlineConfig } from "./testing/offline-config.ts";

let app: App;
beforeAll(async () => {
  app = await createApp(offlineConfig);
  await app.ready();
});
afterAll(async () => await app.close());

it("the committed openapi.json is what the routes say (write it anew with: vitest run apps/api/src/openapi.test.ts -u)", async () => {
  await expect(`${JSON.stringify(app.swagger(), null, 2)}\n`).toMatchFileSnapshot("../openapi.json");
});

it("names every operation once, with a summary and a tag, and describes every answer", () => {
  const operations = Object.values(app.swagger().paths ?? {}).flatMap((path) => Object.values(path as Record<string, Operation>));
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { operationId, summary, tags, responses } of operations) {
    expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(summary?.length).toBeGreaterThan(5);
    expect(tags).toHaveLength(1);
    expect(Object.keys(responses).length).toBeGreaterThan(0);
  }
});

it("no operation of an account answers without its problems", () => {
  for (const [path, operations] of Object.entries(app.swagger().paths ?? {})) {
    if (!path.startsWith("/v1/accounts/{account}")) continue;
    for (const { responses } of Object.values(operations as Record<string, Operation>))
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "401", "403", "404", "429", "500"]));
  }
});

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly responses: Record<string, unknown>;
}
