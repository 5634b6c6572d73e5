import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { http, HttpResponse } from "msw/http";
import { answerFirst, openPage, useStandInApi } from "../../testing/open-page.tsx";

useStandInApi();

const TOP_UPS = "/v1/accounts/acme/credits/top-ups";
const pane = () => page.getByRole("dialog");

async function topUp(amount: string): Promise<void> {
  await page.getByRole("button", { name: "Top up" }).click();
  await pane().getByRole("textbox").fill(amount);
  await pane().getByRole("button", { name: /Buy/ }).click();
}

test("a retried top-up carries the same Idempotency-Key: an answer that got lost does not buy twice", async () => {
  const lost = { status: 503, code: "meterUnreachable", title: "The meter does not answer" };
  const opened = openPage("/accounts/acme/credits", { prepare: (api) => api.fail("POST", TOP_UPS, lost, 2) });
  const sent = () => opened.api.requests.filter(({ path }) => path === TOP_UPS);
  await topUp("75");
  await expect.element(pane().getByRole("alert")).toMatchTextContent(/The meter does not answer/);
  // Never repeated by itself.
  expect(sent()).toHaveLength(1);
  await pane().getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => sent().length).toBe(2);
  await expect.element(pane().getByRole("button", { name: "Try again" })).toBeEnabled();
  await pane().getByRole("button", { name: "Try again" }).click();
  await expect.element(pane()).not.toBeInTheDocument();
  const keys = sent().map(({ headers }) => headers.get("idempotency-key"));
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  expect(sent()[0]?.body).toEqual({ amount: "75.00" });
});

test("with a card on file nothing is said to be bought before the card was charged (CC-2)", async () => {
  openPage("/accounts/acme/credits");
  answerFirst(
    http.post(`*${TOP_UPS}`, () =>
      HttpResponse.json({ seq: 48_300, outcome: "accepted", result: { payment: "p1", status: "PENDING" } }),
    ),
  );
  await topUp("75");
  await expect
    .element(page.getByText(/€75\.00 ordered\. The credits are added once the card has been charged\./).first())
    .toBeVisible();
  expect(page.getByText(/bought/).elements()).toHaveLength(0);
});

test("another amount is another purchase with a key of its own", async () => {
  const lost = { status: 503, code: "meterUnreachable", title: "The meter does not answer" };
  const opened = openPage("/accounts/acme/credits", { prepare: (api) => api.fail("POST", TOP_UPS, lost, 1) });
  const sent = () => opened.api.requests.filter(({ path }) => path === TOP_UPS);
  await topUp("75");
  await expect.element(pane().getByRole("alert")).toBeVisible();
  await pane().getByRole("textbox").fill("80");
  await pane()
    .getByRole("button", { name: /Try again|Buy/ })
    .click();
  await expect.poll(() => sent().length).toBe(2);
  expect(new Set(sent().map(({ headers }) => headers.get("idempotency-key"))).size).toBe(2);
});

test.each(["49", "10001", "75.50", "-75", "a lot"])("CC-3: %s is not sent, and the range is told", async (amount) => {
  const opened = openPage("/accounts/acme/credits");
  await page.getByRole("button", { name: "Top up" }).click();
  await pane().getByRole("textbox").fill(amount);
  await expect.element(pane().getByText("A whole number from 50 to 10,000")).toBeVisible();
  await expect.element(pane().getByRole("button", { name: "Buy" })).toHaveAttribute("aria-disabled", "true");
  expect(opened.api.requests.filter(({ path }) => path === TOP_UPS)).toEqual([]);
});

test("a refused top-up shows the reason and what to do", async () => {
  openPage("/accounts/acme/credits", {
    prepare: (api) =>
      api.fail("POST", TOP_UPS, {
        status: 422,
        code: "creditsNotSold",
        title: "Credits cannot be bought under this agreement or in this country (CC-11, CC-12).",
        detail: "The agreement is MCA.",
        hint: "Switch pay-as-you-go on instead.",
      }),
  });
  await topUp("75");
  const alert = pane().getByRole("alert");
  await expect.element(alert).toMatchTextContent(/Credits cannot be bought under this agreement/);
  await expect.element(alert).toMatchTextContent(/The agreement is MCA\./);
  await expect.element(alert).toMatchTextContent(/Switch pay-as-you-go on instead\./);
});

test("the balance shown after a purchase is the one the server tells", async () => {
  const opened = openPage("/accounts/acme/credits");
  const balance = page.getByRole("region", { name: "Balance", includeHidden: true });
  await expect.element(balance).toMatchTextContent(/€1,234\.50/);
  await topUp("75");
  await expect.element(pane()).not.toBeInTheDocument();
  // The stand-in kept the old balance: nothing was added on this side.
  expect(balance.element().textContent).toContain("€1,234.50");
  opened.api.balance = "1309.5";
  await expect.element(balance).toMatchTextContent(/€1,309\.50/);
});

test("a draw-down of the ledger leads to its call", async () => {
  const opened = openPage("/accounts/acme/credits");
  const ledger = page.getByRole("region", { name: "Ledger" });
  await expect.element(ledger).toMatchTextContent(/-€0\.045.*€1,234\.50/);
  await ledger.getByRole("link").click();
  await expect.poll(opened.address).toBe("/accounts/acme/calls/leg-2");
});

test("German shows decimal commas, and no figure in English form is left", async () => {
  openPage("/accounts/acme/credits", { locale: "de" });
  await expect.element(page.getByText(/1\.234,50\s€/).first()).toBeVisible();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const english: string[] = [];
  while (texts.nextNode() !== null) {
    const text = texts.currentNode.textContent ?? "";
    if (/€\s?\d|\d\.\d{1,2}\s€/.test(text)) english.push(text);
  }
  expect(english).toEqual([]);
});

test("auto-recharge is saved as the contract wants it and shown as the server has it", async () => {
  const opened = openPage("/accounts/acme/credits");
  await page.getByRole("region", { name: "Auto-recharge" }).getByRole("button", { name: "Change" }).click();
  await pane().getByRole("switch").click();
  await pane().getByRole("button", { name: "Save" }).click();
  await expect.element(pane()).not.toBeInTheDocument();
  const sent = opened.api.requests.find(({ path }) => path.endsWith("/credits/auto-recharge"));
  expect(sent?.body).toEqual({ on: true, trigger: "100.00", recharge: "500.00" });
  await expect.element(page.getByRole("region", { name: "Auto-recharge" })).toMatchTextContent(/Off/);
});

test("CC-7: a lot expires on the day of its purchase a year on, whatever the reader's zone", async () => {
  openPage("/accounts/acme/credits");
  const lots = page.getByRole("region", { name: "Lots", exact: true });
  await expect.element(lots.getByRole("row").nth(1)).toMatchTextContent(/9 Dec 2025.*9 Dec 2026/);
});
