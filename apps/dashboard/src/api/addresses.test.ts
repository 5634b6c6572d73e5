import { expect, test } from "vitest";
import { page } from "vitest/browser";
import openapi from "../../../api/openapi.json";
import { openPage, useStandInApi } from "../testing/open-page.tsx";
import type { SeenRequest } from "../testing/stand-in-api.ts";

useStandInApi();

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
}
const paths = openapi.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** What the API's description has against a request. */
function objections({ method, path, query, headers }: SeenRequest): string[] {
  const template = Object.keys(paths).find((known) => pattern(known).test(path));
  const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()];
  if (operation === undefined) return [`${method} ${path} is no address of the API`];
  const { parameters = [] } = operation;
  const known = new Set(parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name));
  return [
    ...[...query.keys()].filter((name) => !known.has(name)).map((name) => `${method} ${path} takes no ${name}`),
    ...parameters
      .filter((parameter) => parameter.in === "header" && parameter.required === true && !headers.has(parameter.name))
      .map(({ name }) => `${method} ${path} needs ${name}`),
  ];
}

const pattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

test("whatever the pages ask and change is an address of the API, with parameters it takes", async () => {
  const everyFilter =
    "range=yesterday&user=desk-01&callType=user_out&direction=outbound&country=DE&funding=CREDITS&outcome=rated&search=Berlin&sort=-charge";
  const seen: SeenRequest[] = [];
  const visit = async (address: string, title: string, act: () => Promise<void> = async () => {}): Promise<void> => {
    const { api, close } = openPage(address);
    await expect.element(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await act();
    seen.push(...api.requests);
    close();
  };
  await visit("/accounts/acme?range=7d", "Overview", async () => {
    await expect.element(page.getByRole("img", { name: /Chart/ })).toBeVisible();
  });
  await visit(`/accounts/acme/calls?${everyFilter}`, "Calls", async () => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await expect.element(page.getByLabelText("Outcome")).toBeVisible();
  });
  await visit("/accounts/acme/calls/leg-3", "One call explained", async () => {
    await expect.element(page.getByRole("region", { name: "Postings" })).toBeVisible();
  });
  await visit("/accounts/acme/products", "Your products", async () => {
    await page.getByRole("button", { name: "Change pay-as-you-go of Domestic Calling Plan" }).click();
    await page.getByRole("radio", { name: "On" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  });
  await visit("/accounts/acme/credits", "Communications Credits", async () => {
    await page.getByRole("button", { name: "Top up" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("75");
    await page.getByRole("dialog").getByRole("button", { name: /Buy/ }).click();
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
    await page.getByRole("region", { name: "Auto-recharge" }).getByRole("button", { name: "Change" }).click();
    await page.getByRole("dialog").getByRole("switch").click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  });
  expect([...new Set(seen.flatMap(objections))]).toEqual([]);
  // Nothing was left out by a page that did not load.
  const asked = new Set(seen.map(({ method, path }) => `${method} ${path.replace(/^\/v1\/accounts\/acme/, "")}`));
  for (const request of [
    "GET /live",
    "GET /usage-series",
    "GET /calls",
    "GET /users",
    "GET /calls/leg-3/explanation",
    "PUT /subscriptions/plan-de/pay-as-you-go",
    "POST /credits/top-ups",
    "PUT /credits/auto-recharge",
    "GET /credits/ledger",
  ])
    expect(asked).toContain(request);
});
