import { afterAll, beforeAll, expect, it } from "vitest";
import { createApi, type Api } from "./create-api.ts";
import { offlineConfig } from "./testing/offline-config.ts";
import { call } from "./testing/start-test-api.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi(offlineConfig);
});
afterAll(async () => await api.close());

it("while the event loop is behind: 429 for what can wait; health and emergency calls go on", async () => {
  await expect
    .poll(
      async () => {
        // A loop that holds the thread, as a mistake or a swamped machine would.
        for (const end = performance.now() + 3000; performance.now() < end;);
        const answer = await call(api.url, "GET", "/v1/session");
        return [answer.status, answer.body["detail"]];
      },
      { timeout: 30_000 },
    )
    .toEqual([429, expect.stringContaining("The server is busy")]);
  const emergency = { usageId: "leg-1", direction: "outbound", to: "112", emergency: true };
  const asked = await Promise.all([
    call(api.url, "GET", "/healthz"),
    call(api.url, "POST", "/v1/accounts/acme/authorize", { body: emergency }),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([200, 200]);
});
