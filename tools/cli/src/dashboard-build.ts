/** Builds the dashboard when its sources have changed since the last build. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserFacingError } from "./failure.ts";
import { root } from "./installation.ts";

const dashboard = join(root, "apps/dashboard");

export async function buildDashboard(say: (line: string) => void): Promise<void> {
  const sources = sourcesHash();
  const stamp = join(dashboard, "dist", ".sources");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  say("Building the dashboard …");
  const built = spawnSync(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], {
    cwd: dashboard,
    encoding: "utf8",
  });
  if (built.status !== 0) throw new UserFacingError(`the dashboard could not be built:\n${built.stdout}\n${built.stderr}`);
  writeFileSync(stamp, sources);
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  const patterns = [
    "apps/dashboard/src/**/*",
    "apps/dashboard/*.{ts,json,html}",
    "packages/contracts/src/**/*.ts",
    "package-lock.json",
  ];
  for (const file of patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).toSorted()) {
    const path = join(root, file);
    // The router plugin rewrites its generated tree while building; tests are no part of the build.
    if (/\.[a-z]+$/i.test(file) && !/\.gen\.ts$|\.test\.tsx?$|\/testing\//.test(file))
      hash.update(file).update(readFileSync(path));
  }
  return hash.digest("hex");
}
