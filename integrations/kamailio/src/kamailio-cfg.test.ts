import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const kamailio = ["/usr/sbin/kamailio", "/usr/local/sbin/kamailio"].find((path) => existsSync(path));

test.skipIf(kamailio === undefined)("Kamailio itself accepts the configuration file we give out, without a warning", () => {
  const file = fileURLToPath(new URL("../kamailio.cfg", import.meta.url));
  const { status, stdout, stderr } = spawnSync(kamailio ?? "", ["-c", "-f", file], { encoding: "utf8" });
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.not.stringMatching(/warning|error|critical/i) as unknown]);
});
