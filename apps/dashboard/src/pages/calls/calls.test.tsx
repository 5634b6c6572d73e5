import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { sampleCalls } from "../../testing/sample-account.ts";
import { openPage, useStandInApi, type OpenPage } from "../../testing/open-page.tsx";

useStandInApi();

const rows = () => page.getByRole("table", { name: "Calls" }).getByRole("row");
const asked = (api: { requests: { path: string; query: URLSearchParams }[] }) =>
  api.requests.filter(({ path }) => path === "/v1/accounts/acme/calls").map(({ query }) => query);

test("a filter lives in the address: what it shows survives a reload", async () => {
  const first = openPage("/accounts/acme/calls?range=all");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("combobox", { name: "Outcome" }).selectOptions("Denied");
  await expect.poll(first.address).toContain("outcome=denied");
  const address = first.address();
  first.close();

  const reloaded = openPage(address);
  await expect.element(page.getByRole("button", { name: "Take the filter Outcome: Denied away" })).toBeVisible();
  await expect.element(rows().nth(1)).toBeVisible();
  expect(asked(reloaded.api)[0]?.get("outcome")).toBe("denied");
  expect(page.getByText("Charged", { exact: true }).elements()).toHaveLength(0);
});

test("a pill takes its filter away, from the address too", async () => {
  const opened = openPage("/accounts/acme/calls?range=all&outcome=denied&direction=inbound");
  await page.getByRole("button", { name: "Take the filter Outcome: Denied away" }).click();
  await expect.poll(opened.address).not.toContain("outcome");
  expect(opened.address()).toContain("direction=inbound");
});

test("the server sorts: the column asks for the order, and the address keeps it", async () => {
  const opened = openPage("/accounts/acme/calls?range=all");
  await page.getByRole("button", { name: "Charge", exact: true }).click();
  await expect.poll(opened.address).toContain("sort=-charge");
  await expect.element(page.getByRole("columnheader", { name: "Charge" })).toHaveAttribute("aria-sort", "descending");
  await expect.poll(() => asked(opened.api).at(-1)?.get("sort")).toBe("-charge");
});

test("only the rows in view exist, and scrolling to the end brings the next page", async () => {
  const opened = openPage("/accounts/acme/calls?range=all");
  await expect.element(rows().nth(1)).toBeVisible();
  expect(rows().elements().length).toBeLessThan(60);
  const box = page.getByRole("region", { name: "Calls" }).element();
  box.scrollTo({ top: box.scrollHeight });
  await expect.poll(() => asked(opened.api).some((query) => query.get("cursor") === "100")).toBe(true);
});

test("the totals are those of the whole filter, in the currency they are in", async () => {
  openPage("/accounts/acme/calls?range=all");
  const totals = page.getByRole("group", { name: "Totals of the filter" });
  await expect.element(totals).toMatchTextContent(/EUR.*250 calls.*€1,234\.5678/);
});

test("the file to download has the same filter and the reader's language", async () => {
  openPage("/accounts/acme/calls?range=all&outcome=denied&country=DE", { locale: "da" });
  const link = page.getByRole("link", { name: /CSV/ });
  await expect.element(link).toBeVisible();
  const { pathname, searchParams } = new URL((link.element() as HTMLAnchorElement).href);
  expect(pathname).toBe("/v1/accounts/acme/calls.csv");
  expect(Object.fromEntries(searchParams)).toEqual({ outcome: "denied", country: "DE", language: "da" });
});

/** Whether the list of calls is asked for again by itself. */
const follows = ({ services }: OpenPage): boolean =>
  services.queryClient
    .getQueryCache()
    .findAll({ queryKey: ["acme", "calls"], type: "active" })
    .flatMap(({ observers }) => observers)
    .some((observer) => {
      const { refetchInterval } = observer.options;
      const every = typeof refetchInterval === "function" ? refetchInterval(observer.getCurrentQuery()) : refetchInterval;
      return typeof every === "number";
    });

test("new calls appear by themselves, unless the list is paused", async () => {
  const opened = openPage("/accounts/acme/calls?range=all");
  await expect.element(rows().nth(1)).toBeVisible();
  const [newest] = sampleCalls(1);
  if (newest === undefined) throw new Error("no sample call");
  opened.api.calls = [{ ...newest, usageId: "just-ended", userDisplayName: "Desk 99" }, ...opened.api.calls];
  await expect.element(page.getByText("Desk 99")).toBeVisible();

  expect(follows(opened)).toBe(true);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect.poll(opened.address).toContain("paused=true");
  await expect.element(page.getByRole("button", { name: "Follow new calls" })).toBeVisible();
  expect(follows(opened)).toBe(false);
});

test("a column that is hidden stays hidden after a reload", async () => {
  const first = openPage("/accounts/acme/calls?range=all");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Phone number" }).click();
  await userEvent.keyboard("{Escape}");
  await expect.element(page.getByRole("columnheader", { name: "Phone number" })).not.toBeInTheDocument();
  first.close();
  openPage("/accounts/acme/calls?range=all");
  await expect.element(page.getByRole("columnheader", { name: "Duration" })).toBeVisible();
  await expect.element(page.getByRole("columnheader", { name: "Phone number" })).not.toBeInTheDocument();
});

test("no call matches: the page says what to do and does it", async () => {
  const opened = openPage("/accounts/acme/calls?range=today&country=AQ");
  await page.getByRole("button", { name: "Last 30 days without filters" }).click();
  await expect.element(rows().nth(1)).toBeVisible();
  expect(opened.address()).toContain("range=last30");
  expect(opened.address()).not.toContain("country");
});

test("a report database that is away: title, request id, and another try that helps", async () => {
  const gone = { status: 503, code: "reportsUnreachable", title: "away", hint: "Wait a moment." };
  const opened = openPage("/accounts/acme/calls?range=all", {
    prepare: (api) => api.fail("GET", "/v1/accounts/acme/calls", gone),
  });
  const alert = page.getByRole("alert");
  await expect.element(alert).toMatchTextContent(/The report database does not answer/);
  await expect.element(alert).toMatchTextContent(/req-stand-in/);
  opened.api.recover();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect.element(rows().nth(1)).toBeVisible();
});
