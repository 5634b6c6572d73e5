import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { http, HttpResponse } from "msw/http";
import { answerFirst, openPage, useStandInApi } from "../../testing/open-page.tsx";
import { summary } from "../../testing/sample-account.ts";

useStandInApi();

test("shows today, this month, the balance and each pool with its warning", async () => {
  openPage("/accounts/acme");
  await expect.element(page.getByRole("region", { name: "Today" })).toMatchTextContent(/412.*€38\.4821/);
  await expect.element(page.getByRole("region", { name: "This month" })).toMatchTextContent(/9,812.*€1,038\.4821/);
  await expect.element(page.getByRole("region", { name: "Communications Credits" })).toMatchTextContent(/€1,234\.50/);
  await expect.element(page.getByText("Over 80 %")).toBeVisible();
  await expect.element(page.getByText("Used up")).toBeVisible();
  await expect
    .element(page.getByRole("meter", { name: /Germany/ }).first())
    .toHaveAttribute("aria-valuetext", expect.stringMatching(/held by live calls/));
});

test("figures follow the account's events: says Live, and shows what an event brings", async () => {
  openPage("/accounts/acme", { prepare: (api) => void (api.balance = "77.7") });
  await expect.element(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await expect.element(page.getByRole("region", { name: "Communications Credits" })).toMatchTextContent(/€77\.70/);
});

test("the chart has its table, equal to the last digit", async () => {
  openPage("/accounts/acme?range=7d");
  await page.getByRole("tab", { name: "Table" }).click();
  const table = page.getByRole("region", { name: "Calls and charges as a table" });
  await expect.element(table).toMatchTextContent(/€18\.345/);
  expect(table.getByRole("row").elements()).toHaveLength(8);
});

test("the range of the chart stands in the address", async () => {
  const opened = openPage("/accounts/acme");
  await page.getByRole("tab", { name: "30 days" }).click();
  await expect.poll(opened.address).toContain("range=30d");
  await expect
    .poll(() => opened.api.requests.findLast(({ path }) => path.endsWith("/usage-series"))?.query.get("bucket"))
    .toBe("day");
});

test("an account without calls says how to send the first one", async () => {
  const none = { ...summary, activeCalls: 0, thisMonth: { ...summary.thisMonth, legs: 0 }, pools: [] };
  openPage("/accounts/acme");
  answerFirst(
    http.get("/v1/accounts/acme/summary", () => HttpResponse.json(none)),
    http.get("/v1/accounts/acme/live", () => new HttpResponse(null, { status: 503 })),
  );
  await expect.element(page.getByText(/curl .*\/v1\/accounts\/acme\/events/)).toBeVisible();
});

test("figures that can no longer be refreshed stay, under the reason", async () => {
  const opened = openPage("/accounts/acme");
  await expect.element(page.getByRole("region", { name: "Today" })).toBeVisible();
  const gone = { status: 503, code: "meterUnreachable", title: "The meter does not answer" };
  opened.api.fail("GET", "/v1/accounts/acme/summary", gone);
  await expect.element(page.getByRole("alert")).toMatchTextContent(/The meter does not answer/);
  await expect.element(page.getByRole("region", { name: "Today" })).toBeVisible();
});
