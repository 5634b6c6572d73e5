import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../installation.ts";
import { startTestInstallation, type TestInstallation } from "./installation.ts";

/** The README's five minutes, its commands taken from the page as they stand there. */
let tollbook: TestInstallation;

beforeAll(async () => {
  tollbook = await startTestInstallation();
});
afterAll(() => tollbook.close());

test("the README's commands work as written: a call is allowed, rated and explained", () => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const section = page.slice(page.indexOf("## Five minutes"), page.indexOf("The same over NATS"));
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = ""]) => commands);
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  // The first block starts Tollbook, which runs already.
  const script = ["set -euo pipefail", ...blocks.slice(1)]
    .join("\n")
    .replaceAll("http://127.0.0.1:7400", tollbook.stack.url)
    // The last command reads what the one before has just reported: a reader's fingers take longer than the meter.
    .replace(/(curl [^\n]*explanation[^\n]*)/, "for i in $(seq 100); do $1 -f && break; sleep 0.1; done");
  const output = execFileSync("bash", ["-c", script], { cwd: root, env: tollbook.environment, encoding: "utf8" });
  expect(output).toContain('"decision":"allow"');
  expect(output).toContain('"accepted":1');
  // 250 s to Paris are five begun minutes at 0.016, from the credits: the plan is a domestic one.
  expect(output).toContain('"charge":"0.08"');
  expect(output).toContain("CREDITS");
});
