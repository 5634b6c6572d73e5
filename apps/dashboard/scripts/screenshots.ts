/**
 * Pictures of the built dashboard with the sample organisation of the tests: `npm run build && npm run screenshots [folder]`.
 * Without a folder: those the README shows, in English and light. With one: every page in every look, to be judged by eye.
 * Every request is answered by the stand-in of the API inside this process; nothing else needs to run.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { getResponse } from "msw";
import { chromium, type BrowserContext, type Route } from "playwright";
import { preview } from "vite";
import { ACCOUNT, NOW } from "../src/testing/sample-account.ts";
import { createStandInApi, type StandInApi } from "../src/testing/stand-in-api.ts";

const dashboard = join(import.meta.dirname, "..");
const [given] = process.argv.slice(2);
const folder = given ?? join(dashboard, "../../docs/images");
const WIDTH = 1360;
const HEIGHT = 850;

const pages = {
  overview: "",
  calls: "/calls?range=last30",
  call: "/calls/leg-3",
  products: "/products",
  credits: "/credits",
  payAsYouGo: "/products",
} as const;
const looks = [
  { suffix: "", locale: "en", theme: "light" },
  { suffix: "-dark", locale: "en", theme: "dark" },
  { suffix: "-de", locale: "de", theme: "light" },
] as const;

mkdirSync(folder, { recursive: true });
const server = await preview({ root: dashboard, preview: { port: 0 }, logLevel: "warn" });
const address = server.resolvedUrls?.local[0];
if (address === undefined) throw new Error("the preview server has no address");
const browser = await chromium.launch({
  executablePath: process.env["TOLLBOOK_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
for (const look of given === undefined ? looks.slice(0, 1) : looks) {
  const context = await browser.newContext({
    viewport: { width: WIDTH, height: HEIGHT },
    timezoneId: "Europe/Copenhagen",
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  await prepare(context, look);
  for (const [name, path] of Object.entries(pages)) {
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW);
    await page.goto(new URL(`/accounts/${ACCOUNT}${path}`, address).href);
    await page.getByRole("heading", { level: 1 }).waitFor();
    // Drawn when nothing is grey any more and the chart, where there is one, has come.
    await page.locator(".fui-Skeleton, .fui-Spinner").first().waitFor({ state: "hidden" });
    if (name === "payAsYouGo") await page.getByRole("button", { name: /Domestic Calling Plan/ }).click();
    await page.getByRole("banner").getByRole("button").last().waitFor();
    await page.evaluate(async () => await document.fonts.ready);
    await page.screenshot({ path: join(folder, `${name}${look.suffix}.png`) });
    await page.close();
  }
  await context.close();
}
await browser.close();
await server.close();

async function prepare(context: BrowserContext, { locale, theme }: (typeof looks)[number]): Promise<void> {
  const api = createStandInApi();
  await context.addInitScript(
    ([chosenLocale, chosenTheme]) => {
      localStorage.setItem("tollbook.locale", chosenLocale);
      localStorage.setItem("tollbook.theme", chosenTheme);
    },
    [locale, theme] as const,
  );
  await context.addInitScript(pretendLive, NOW);
  await context.route("**/v1/**", async (route) => await answer(api, route));
}

/** A stream that stays open cannot be answered through the route: runs in the page and says the account is live. */
function pretendLive(now: string): void {
  class LiveSource extends EventTarget {
    constructor() {
      super();
      const data = JSON.stringify({ dataUntil: now, meter: true });
      setTimeout(() => this.dispatchEvent(new MessageEvent("fresh", { data })), 0);
    }
    close(): void {}
  }
  Object.assign(globalThis, { EventSource: LiveSource });
}

async function answer(api: StandInApi, route: Route): Promise<void> {
  const asked = route.request();
  const body = asked.postData();
  const request = new Request(asked.url(), {
    method: asked.method(),
    headers: asked.headers(),
    ...(body === null ? {} : { body }),
  });
  const response = await getResponse([...api.handlers], request, { baseUrl: asked.url() });
  if (response === undefined) return await route.abort();
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}
