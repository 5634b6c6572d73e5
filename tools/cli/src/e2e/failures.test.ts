import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshInstallation } from "../campaign/import-kills.ts";
import { type Installation, root } from "../installation.ts";
import { ensure } from "../system-packages.ts";
import { environmentOf } from "./installation.ts";

/** What a user can get wrong on the command line: one sentence that says what to do, exit code 1, nothing left running. */
let folder = "";
let installation: Installation;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tollbook-failures-"));
  installation = await freshInstallation(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tollbook(args: string[], environment: NodeJS.ProcessEnv = {}): { status: number | null; said: string } {
  const done = spawnSync(process.execPath, [join(root, "tools/cli/src/main.ts"), ...args], {
    cwd: root,
    env: { ...environmentOf(installation), ...environment },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status: done.status, said: `${done.stdout}${done.stderr}` };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test.each(["api", "nats", "clickhouse", "meter"] as const)(
  "a taken port (%s) is named, with the setting to change",
  async (which) => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(installation.ports[which], "127.0.0.1", resolve));
    try {
      const { status, said } = tollbook(["up"]);
      expect(said).toMatch(
        new RegExp(`port ${installation.ports[which]}.* is taken by another program.*TOLLBOOK_${which.toUpperCase()}_PORT`, "s"),
      );
      expect(status).toBe(1);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  },
);

test("wrong settings are all named at once", () => {
  const { status, said } = tollbook(["up"], { TOLLBOOK_API_PORT: "http", TOLLBOOK_PARTITIONS: "0" });
  expect(said).toContain('TOLLBOOK_API_PORT is "http"');
  expect(said).toContain('TOLLBOOK_PARTITIONS is "0"');
  expect(status).toBe(1);
});

test("a system package that cannot be had is named with the command that installs it", async () => {
  const wanted = { program: "no-such-program", debianPackages: ["tollbook-no-such-package"], places: [], neededFor: "a test" };
  await expect(ensure([wanted])).rejects.toThrow(/tollbook-no-such-package.*(apt-get install|package manager)/s);
});

describe("a bad rate deck", () => {
  test("every bad line is named and nothing is imported", () => {
    const path = file(
      "bad.csv",
      "# name=bad\n# currency=USD\nDestination Name,Destination Type,Country,Prefix,Price / min\nFrance,landline,FR,33,0.016\nGermany,landline,DE,4x9,1,5\nDenmark,landline,DK,45,cheap\n",
    );
    const { status, said } = tollbook(["import", "deck", path]);
    expect(said).toContain("nothing was imported");
    expect(said).toContain("line 5");
    expect(said).toContain("line 6");
    expect(status).toBe(1);
  });

  test("a file that is not there is named", () => {
    expect(tollbook(["import", "deck", join(folder, "none.csv")])).toMatchObject({
      status: 1,
      said: expect.stringContaining("there is no file") as string,
    });
  });
});

test("commands for a running installation say so when none runs", () => {
  const { status, said } = tollbook(["quickstart", "acme"]);
  expect(said).toContain("Start Tollbook first, in another terminal: ./tollbook up");
  expect(status).toBe(1);
});

test("a number that cannot be priced is explained", () => {
  const { status, said } = tollbook(["quote", "--to", "12345", "--seconds", "60"]);
  expect(said).toContain("--to must be a full international number");
  expect(status).toBe(1);
});

test("the doctor finds nothing wrong with a machine that runs the tests", () => {
  const { status, said } = tollbook(["doctor"]);
  expect(said).toContain("nats-server");
  expect(said).not.toContain("FAULT");
  expect(status).toBe(0);
});
