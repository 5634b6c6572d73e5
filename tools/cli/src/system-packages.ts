/** What comes from the operating system rather than from npm: found, or installed with the system's package manager. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { confirm, isCancel } from "@clack/prompts";
import { UserFacingError } from "./failure.ts";

export interface SystemPackage {
  /** The program looked for. */
  program: string;
  debianPackages: readonly string[];
  /** Where it is when it is not on the PATH. */
  places: string[];
  neededFor: string;
}

export const natsServer: SystemPackage = {
  program: "nats-server",
  debianPackages: ["nats-server"],
  places: ["/usr/sbin/nats-server", "/usr/local/bin/nats-server"],
  neededFor: "the event log",
};
export const chromium: SystemPackage = {
  program: "chromium",
  debianPackages: ["chromium"],
  places: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
  neededFor: "the dashboard's tests",
};
export const strace: SystemPackage = {
  program: "strace",
  debianPackages: ["strace"],
  places: [],
  neededFor: "the aimed crash tests",
};

export const python: SystemPackage = {
  program: "python3",
  debianPackages: ["python3"],
  places: [],
  neededFor: "the independent sum that charges are compared with",
};

/** With the modules that `integrations/kamailio/kamailio.cfg` loads. */
export const kamailio: SystemPackage = {
  program: "kamailio",
  debianPackages: ["kamailio", "kamailio-nats-modules", "kamailio-utils-modules", "kamailio-extra-modules"],
  places: ["/usr/sbin/kamailio", "/usr/local/sbin/kamailio"],
  neededFor: "checking its configuration file",
};

/** The program's path, or null. */
export function find(wanted: SystemPackage, environment: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...folders.map((folder) => join(folder, wanted.program)), ...wanted.places];
  return candidates.find(isExecutable) ?? null;
}

/** Installs what is missing: asks on a terminal, goes ahead without one. Throws a sentence when it cannot. */
export async function ensure(wanted: readonly SystemPackage[]): Promise<void> {
  const missing = wanted.filter((one) => find(one) === null);
  if (missing.length === 0) return;
  const names = missing.flatMap((one) => one.debianPackages);
  const reasons = missing.map((one) => `${one.program} for ${one.neededFor}`).join(", ");
  const apt = find({ program: "apt-get", debianPackages: [], places: [], neededFor: "" });
  if (apt === null) {
    throw new UserFacingError(
      `missing: ${reasons}. Install ${names.join(" and ")} with your system's package manager (macOS: brew install ${names.join(" ")}), put it on the PATH, and run this again.`,
    );
  }
  const asRoot = process.getuid?.() === 0;
  const sudo = asRoot ? [] : find({ program: "sudo", debianPackages: [], places: [], neededFor: "" }) === null ? null : ["sudo"];
  const byHand = `apt-get update && apt-get install ${names.join(" ")}`;
  if (sudo === null) throw new UserFacingError(`missing: ${reasons}. Installing needs root; ask for: ${byHand}`);
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const yes = await confirm({ message: `Missing: ${reasons}. Install ${names.join(", ")} from the system's packages now?` });
    if (isCancel(yes) || !yes) throw new UserFacingError(`missing: ${reasons}. Install by hand: ${byHand}`);
  }
  process.stderr.write(`Installing ${names.join(", ")} from the system's packages …\n`);
  // Package lists may be days old, or absent in a fresh container: then the first install fails and an update helps.
  const steps = [
    [...sudo, apt, "update", "-qq"],
    [...sudo, apt, "install", "-y", "-qq", "--no-install-recommends", ...names],
  ];
  for (const [command = "", ...args] of steps) {
    const done = spawnSync(command, args, {
      stdio: [process.stdin.isTTY ? "inherit" : "ignore", "pipe", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      encoding: "utf8",
    });
    if (done.status !== 0 && args.includes("install")) {
      const lastLines = `${done.stdout}\n${done.stderr}`.trim().split("\n").slice(-4).join("\n");
      throw new UserFacingError(
        `could not install ${names.join(", ")}: ${lastLines}\nIs the network there? Install by hand: ${byHand}`,
      );
    }
  }
  const still = wanted.filter((one) => find(one) === null);
  if (still.length > 0)
    throw new UserFacingError(`${still.map((one) => one.program).join(", ")} is installed but not found on the PATH.`);
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not ours to run: look further.
    return false;
  }
}
