import { describe, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { expectAccessible, openPage, useStandInApi } from "../testing/open-page.tsx";

useStandInApi();

const pages = [
  ["sign-in", "/sign-in", () => page.getByRole("button", { name: "Sign in" })],
  ["overview", "/accounts/acme?range=7d", () => page.getByRole("img", { name: /Chart/ })],
  ["calls", "/accounts/acme/calls?range=all&outcome=rated", () => page.getByRole("table").getByRole("link").first()],
  ["one call", "/accounts/acme/calls/leg-3", () => page.getByRole("heading", { name: "Why it cost that" })],
  ["products", "/accounts/acme/products", () => page.getByText("Domestic Calling Plan")],
  ["credits", "/accounts/acme/credits", () => page.getByRole("region", { name: "Ledger" }).getByRole("link")],
] as const;

describe.each(["light", "dark", "contrast"] as const)("WCAG 2.2 AA, %s", (theme) => {
  test.each(pages)("%s", async (_name, address, ready) => {
    openPage(address, { theme, prepare: (api) => void (api.signedIn = address !== "/sign-in") });
    await expect.element(ready()).toBeVisible();
    await expectAccessible();
  });

  test("the panes of products and credits", async () => {
    const products = openPage("/accounts/acme/products", { theme });
    await page.getByRole("button", { name: "Change pay-as-you-go of Domestic Calling Plan" }).click();
    await expect.element(page.getByRole("dialog")).toMatchTextContent(/This affects 23 users/);
    await expectAccessible();
    products.close();
    openPage("/accounts/acme/credits", { theme });
    await page.getByRole("button", { name: "Top up" }).click();
    await expect.element(page.getByRole("dialog")).toBeVisible();
    await expectAccessible();
  });
});

test("the first stop of the keyboard skips to the page and leaves the address as it is", async () => {
  const opened = openPage("/accounts/acme/calls?range=all");
  await expect.element(page.getByRole("table").getByRole("link").first()).toBeVisible();
  await userEvent.tab();
  await expect.element(page.getByText("Skip to the page")).toHaveFocus();
  await userEvent.keyboard("{Enter}");
  await expect.element(page.getByRole("main")).toHaveFocus();
  expect(opened.address()).toBe("/accounts/acme/calls?range=all");
});

test("the language changes at once and for the document too", async () => {
  openPage("/accounts/acme/credits");
  await page.getByRole("button", { name: /Acme Admin/ }).click();
  await page.getByRole("menuitemradio", { name: "Dansk" }).click();
  await expect.element(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(() => document.documentElement.lang).toBe("da");
});
