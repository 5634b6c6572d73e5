import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, startTestInstallation, type TestInstallation } from "./installation.ts";

/** `./tollbook replay --verify` on a whole installation: the verdict, the exit code, and that the services run on beside it. */
const main = fileURLToPath(new URL("../main.ts", import.meta.url));
let test: TestInstallation;

beforeAll(async () => {
  test = await startTestInstallation();
  const { code, stdout } = await tollbook("quickstart", "acme");
  if (code !== 0) throw new Error(`quickstart failed: ${stdout}`);
}, 120_000);
afterAll(async () => await test.close());

async function tollbook(...args: string[]): Promise<{ code: number; stdout: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: test.environment }, (error, stdout) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout });
    });
  });
}

describe("./tollbook replay --verify", () => {
  it("says that the log gives exactly what is stored, and exits with 0", async () => {
    const { code, stdout } = await eventually(
      () => tollbook("replay", "--verify"),
      ({ stdout: text }) => !text.includes("0 rows in"),
      60_000,
    );
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/The log gives exactly what is stored: \d+ rows in \d+ partitions\./),
    ]);
    expect(stdout).toMatch(/state {6}sha256 [0-9a-f]{64}/);
  }, 90_000);

  it("--account prints how the balance came about", async () => {
    const { code, stdout } = await tollbook("replay", "--verify", "--account", "acme");
    expect(code).toBe(0);
    expect(stdout).toMatch(/ {2}2\S+Z +50\.00 +50\.00 {2}\S*credits\S+ /);
    expect(stdout).toMatch(/Invoice main\/\d{4}-\d\d-\d\d, before rounding and tax:/);
  }, 60_000);

  it("names the row that was changed, and exits with 1", async () => {
    const { ports, secrets } = test.installation;
    const client = createClient({
      url: `http://127.0.0.1:${ports.clickhouse}`,
      username: "default",
      password: secrets.clickhouse,
    });
    await client.command({
      query: "ALTER TABLE account_events UPDATE amount_micros = amount_micros + 1 WHERE type = 'command.account.create'",
      clickhouse_settings: { mutations_sync: "2" },
    });
    await client.close();
    const { code, stdout } = await tollbook("replay", "--verify");
    expect(code).toBe(1);
    expect(stdout).toContain("of account_events (command.account.create acme of acme): changed");
    expect(stdout).toContain("amountMicros: the log gives 0, stored is 1");
    const { stdout: json } = await tollbook("replay", "--verify", "--json");
    expect(JSON.parse(json)).toMatchObject({ same: false, failed: [] });
  }, 60_000);

  it("without --verify it says what to do", async () => {
    expect(await tollbook("replay")).toMatchObject({ code: 1, stdout: "" });
  });
});
