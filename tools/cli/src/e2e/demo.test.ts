import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Locator, type Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshInstallation } from "../campaign/import-kills.ts";
import { type Installation, root } from "../installation.ts";
import { chromium as chromiumPackage, find } from "../system-packages.ts";
import { environmentOf } from "./installation.ts";

/** `./tollbook demo` as a newcomer meets it: the command, then the dashboard in a real Chromium. */
let folder = "";
let installation: Installation;
let demo: ChildProcess;
let ended: Promise<number | null>;
let said = "";
let browser: Browser;
let page: Page;
let url = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tollbook-demo-"));
  installation = await freshInstallation(folder);
  demo = spawn(process.execPath, [join(root, "tools/cli/src/main.ts"), "demo"], { cwd: root, env: environmentOf(installation) });
  ended = new Promise((resolve) => demo.once("exit", resolve));
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes("Sign in as")) resolve();
    };
    demo.stdout?.on("data", listen);
    demo.stderr?.on("data", listen);
    demo.once("exit", () => reject(new Error(`the demo ended: ${said}`)));
  });
  url = /Open (http:\/\/\S+)/.exec(said)?.[1] ?? "";
  browser = await chromium.launch({
    executablePath: process.env["TOLLBOOK_CHROMIUM"] ?? find(chromiumPackage) ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  page = await browser.newPage({ viewport: { width: 1360, height: 860 }, locale: "en-GB" });
});

afterAll(async () => {
  await browser?.close();
  demo.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

test("one signs in with what the command printed", async () => {
  const [, email = "", password = ""] = /Sign in as (\S+) with the password (\S+)/.exec(said) ?? [];
  await page.goto(url);
  await page.getByLabel(/e-mail/i).fill(email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(password);
  await page.getByRole("button", { name: /sign in/i }).click();
  await expectSeen(page.getByRole("heading", { name: "Overview" }));
});

test("live calls are rated, on screen and explained in sentences within a minute", { timeout: 90_000 }, async () => {
  await page.goto(`${url}/accounts/beacon/calls`);
  const live = page.locator("a[href*='/calls/live-']").first();
  await live.waitFor({ timeout: 60_000 });
  await live.click();
  await page.waitForURL(/\/calls\/live-/);
  await expectSeen(page.getByRole("listitem").filter({ hasText: /call/i }));
});

test("the calls of a real Kamailio are among them", async () => {
  await page.goto(`${url}/accounts/beacon/calls?user=carol`);
  await expectSeen(page.locator("a[href*='32634']"));
});

test("the pay-as-you-go option is switched on, and shown On once the server says so", async () => {
  await page.goto(`${url}/accounts/acme/products`);
  await page.getByRole("button", { name: "Change pay-as-you-go of Domestic and International Calling Plan" }).click();
  await page.getByRole("radio", { name: "On" }).check();
  await page.getByRole("button", { name: "Save" }).click();
  await expectSeen(page.getByText("Pay-as-you-go is on for Domestic and International Calling Plan."));
});

test("credits show the balance and every draw-down", async () => {
  await page.goto(`${url}/accounts/beacon/credits`);
  await page.getByRole("heading", { name: "Communications Credits" }).waitFor();
  await expectSeen(page.locator("a[href*='/calls/']"));
});

test("Ctrl-C stops everything in order, within half a minute, and leaves no process behind", async () => {
  const pids = ["nats", "clickhouse", "meter", "api"].map((name) =>
    Number(readFileSync(join(folder, "run", `${name}.pid`), "utf8")),
  );
  demo.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(said).toContain("Stopped.");
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

/** Holds once the page shows it; the page may still be loading. */
async function expectSeen(what: Locator): Promise<void> {
  await expect.poll(() => what.first().isVisible(), { timeout: 30_000 }).toBe(true);
}
