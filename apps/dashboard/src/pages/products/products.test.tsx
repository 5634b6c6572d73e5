import { expect, test } from "vitest";
import { page } from "vitest/browser";
import { http, HttpResponse } from "msw/http";
import { answerFirst, openPage, useStandInApi } from "../../testing/open-page.tsx";

useStandInApi();

const PLAN = "/v1/accounts/acme/subscriptions/plan-de/pay-as-you-go";
/** Also behind a pane, which hides the page from assistive technology. */
const card = () => page.getByRole("region", { name: "Domestic Calling Plan", includeHidden: true });
const pane = () => page.getByRole("dialog");

async function switchOn(): Promise<void> {
  await page.getByRole("button", { name: "Change pay-as-you-go of Domestic Calling Plan" }).click();
  await pane().getByRole("radio", { name: "On" }).click();
  await pane().getByRole("button", { name: "Save" }).click();
}

test("a card says state, licences, renewal and what pay-as-you-go cost this month", async () => {
  openPage("/accounts/acme/products");
  await expect.element(card()).toMatchTextContent(/Active/);
  await expect.element(card()).toMatchTextContent(/23 \/ 25/);
  await expect.element(card()).toMatchTextContent(/1 Feb 2027/);
  await expect.element(card()).toMatchTextContent(/€12\.345/);
});

test("the pane says whom the option affects before anything is saved", async () => {
  const opened = openPage("/accounts/acme/products");
  await page.getByRole("button", { name: "Change pay-as-you-go of Domestic Calling Plan" }).click();
  await expect.element(pane()).toMatchTextContent(/This affects 23 users/);
  await expect.element(pane()).toMatchTextContent(/€12\.345/);
  expect(opened.api.requests.filter(({ method }) => method === "PUT")).toEqual([]);
});

test("the option is not shown On before the server has said so", async () => {
  let letGo: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const opened = openPage("/accounts/acme/products");
  answerFirst(
    http.put(PLAN, async () => {
      await waiting;
      opened.api.payAsYouGoOn = true;
      return HttpResponse.json({ seq: 1, outcome: "accepted" });
    }),
  );
  await switchOn();
  await expect.element(pane().getByText("Saving …")).toBeVisible();
  expect(card().element().textContent).toMatch(/Pay-as-you-go Off/);
  letGo();
  await expect.element(card()).toMatchTextContent(/Pay-as-you-go On/);
  await expect.element(pane()).not.toBeInTheDocument();
});

test("a refused switch stays Off, and the pane says why and what to do", async () => {
  const opened = openPage("/accounts/acme/products", {
    prepare: (api) =>
      api.fail("PUT", PLAN, {
        status: 403,
        code: "forbidden",
        title: "Your roles do not allow this",
        detail: "The role billingAccountOwner or billingAccountContributor is missing.",
        hint: "Ask an owner of the billing account.",
      }),
  });
  await switchOn();
  const alert = pane().getByRole("alert");
  await expect.element(alert).toMatchTextContent(/Your roles do not allow this/);
  await expect.element(alert).toMatchTextContent(/billingAccountOwner or billingAccountContributor is missing/);
  await expect.element(alert).toMatchTextContent(/Ask an owner of the billing account/);
  await expect.element(alert).toMatchTextContent(/req-stand-in/);
  expect(opened.api.payAsYouGoOn).toBe(false);
  expect(card().element().textContent).toMatch(/Pay-as-you-go Off/);
});

test("a change carries the session's token", async () => {
  const opened = openPage("/accounts/acme/products");
  await switchOn();
  await expect.element(card()).toMatchTextContent(/Pay-as-you-go On/);
  const change = opened.api.requests.find(({ method }) => method === "PUT");
  expect(change?.headers.get("x-csrf-token")).toBe("csrf-of-the-stand-in");
  expect(change?.body).toEqual({ on: true });
});

test("an option that cannot be switched says why instead of offering it", async () => {
  openPage("/accounts/acme/products");
  const trial = page.getByRole("region", { name: "Domestic and International Calling Plan" });
  await expect.element(trial).toMatchTextContent(/Not available/);
  await expect.element(trial).toMatchTextContent(/A trial has no pay-as-you-go option/);
  expect(trial.getByRole("button").elements()).toHaveLength(0);
});

test("the result of a switch is announced, once the server has given it", async () => {
  openPage("/accounts/acme/products");
  await switchOn();
  await expect.element(page.getByText("Pay-as-you-go is on for Domestic Calling Plan.").first()).toBeInTheDocument();
});

test("the reason why an option cannot be switched is in the reader's language", async () => {
  openPage("/accounts/acme/products", { locale: "de" });
  await expect.element(page.getByText("Ein Testabonnement hat keine nutzungsbasierte Bezahlung.")).toBeVisible();
});
