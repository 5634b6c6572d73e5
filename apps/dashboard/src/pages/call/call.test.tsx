import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { openPage, useStandInApi } from "../../testing/open-page.tsx";

useStandInApi();

const sentences = () => page.getByRole("region", { name: /Why it cost that|Warum|Hvorfor/ }).getByRole("listitem");
const plain = (text: string | null): string => (text ?? "").replaceAll(/[\u00a0\u202f]/g, " ");

test("a row of the list leads to its explanation, at an address of its own", async () => {
  const opened = openPage("/accounts/acme/calls?range=all&country=DE");
  await page.getByRole("table", { name: "Calls" }).getByRole("link").nth(1).click();
  await expect.element(page.getByRole("heading", { name: "One call explained" })).toBeVisible();
  expect(opened.address()).toBe("/accounts/acme/calls/leg-3");
});

test("the sentences are in the reader's language, with their figures; an unknown one is in the API's own words", async () => {
  openPage("/accounts/acme/calls/leg-3", { locale: "de" });
  await expect.element(sentences().nth(0)).toBeVisible();
  const said = sentences()
    .elements()
    .map(({ textContent }) => plain(textContent));
  expect(said).toHaveLength(6);
  expect(said[1]).toContain("74,25");
  expect(said[3]).toContain("3,234 €");
  expect(said[4]).toBe("A sentence this page does not know yet.");
  // The English words of the others are nowhere.
  expect(said.filter((text) => /Outgoing call|connected|were taken|Charge/.test(text))).toEqual([]);
});

test("segments and postings show every decimal of the charge", async () => {
  openPage("/accounts/acme/calls/leg-3");
  await expect
    .element(page.getByRole("region", { name: "Who paid for which part" }))
    .toMatchTextContent(/Pay-as-you-go.*€3\.234/);
  await expect.element(page.getByRole("region", { name: "Postings" })).toMatchTextContent(/overage:plan-de.*€3\.234.*-€3\.234/);
});

test("the log position for a replay is told", async () => {
  openPage("/accounts/acme/calls/leg-3");
  await expect
    .element(page.getByRole("region", { name: "Proof" }).first())
    .toMatchTextContent(/partition 3, position 48100, event 0/);
});

test("a call that is not there says so and is not asked for again", async () => {
  const opened = openPage("/accounts/acme/calls/never-was");
  await expect.element(page.getByRole("alert")).toMatchTextContent(/There is no such thing here/);
  // Strict mode draws twice and so asks twice; a retry would be a third.
  expect(opened.api.requests.filter(({ path }) => path.endsWith("/explanation")).length).toBeLessThanOrEqual(2);
});
