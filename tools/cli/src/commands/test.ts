import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildDashboard } from "../dashboard-build.ts";
import { UserFacingError } from "../failure.ts";
import { root } from "../installation.ts";
import { chromium, ensure, kamailio, natsServer, python, strace } from "../system-packages.ts";

/** Format, lint, types, dead code, lock file, then all tests; ends with one line "N passed, N failed". */
export async function test(folders: string[]): Promise<void> {
  await ensure([natsServer, chromium, strace, python, kamailio]);
  await buildDashboard((line) => process.stderr.write(`${line}\n`));
  if (folders.length === 0) {
    const check = run("node_modules/turbo/bin/turbo", [
      "run",
      "//#format:check",
      "//#lint",
      "//#types",
      "//#unused",
      "//#lockfile:check",
    ]);
    if (check !== 0)
      throw new UserFacingError(
        "the checks above failed. `npm run check` repeats them alone; `npm run format` mends the format.",
      );
  }
  process.exitCode = run("node_modules/vitest/vitest.mjs", ["run", ...folders]);
}

function run(script: string, args: string[]): number {
  const done = spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: "inherit" });
  return done.status ?? 1;
}
