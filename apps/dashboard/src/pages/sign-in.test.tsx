import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { openPage, useStandInApi } from "../testing/open-page.tsx";

useStandInApi();

const signedOut = { prepare: (api: { signedIn: boolean }) => void (api.signedIn = false) };

test("who is not signed in signs in and comes back to the address they asked for, filters included", async () => {
  const opened = openPage("/accounts/acme/calls?outcome=denied", signedOut);
  await page.getByLabelText("E-mail").fill("admin@acme.test");
  await page.getByLabelText("Password").fill("right");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect.element(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
  expect(opened.address()).toBe("/accounts/acme/calls?outcome=denied");
});

test("a wrong password says so, with the request's id, and keeps what was typed", async () => {
  openPage("/sign-in", signedOut);
  await page.getByLabelText("E-mail").fill("admin@acme.test");
  await page.getByLabelText("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect.element(page.getByRole("alert")).toMatchTextContent(/E-mail or password is wrong/);
  await expect.element(page.getByRole("alert")).toMatchTextContent(/req-stand-in/);
  await expect.element(page.getByLabelText("E-mail")).toHaveValue("admin@acme.test");
});

test("a link cannot lead a signed-in person to another site", async () => {
  const opened = openPage("/sign-in?next=//elsewhere.test", signedOut);
  await page.getByLabelText("E-mail").fill("admin@acme.test");
  await page.getByLabelText("Password").fill("right");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect.element(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
  expect(opened.address()).toBe("/accounts/acme");
});

test("a session that ends while a page is open leads to the sign-in and back", async () => {
  const opened = openPage("/accounts/acme");
  await expect.element(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
  opened.api.signedIn = false;
  await opened.services.queryClient.refetchQueries();
  await expect.element(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect(opened.address()).toContain("next=%2Faccounts%2Facme");
});
