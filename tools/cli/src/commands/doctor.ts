import { existsSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { type Installation, openInstallation } from "../installation.ts";
import { readPid, isAlive, requireFreePort } from "../processes.ts";
import { natsServerVersion } from "../stack.ts";
import { chromium, find, natsServer, strace, type SystemPackage } from "../system-packages.ts";

interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

/** Looks at the machine and at the installation, changes nothing, says for each fault what to do. Exit code 1 when there is one. */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const installation = openInstallation(process.env);
  const findings = [...machine(installation), ...(await running(installation))];
  if (json === true) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const { what, ok, detail } of findings) process.stdout.write(`${ok ? "ok   " : "FAULT"} ${what}: ${detail}\n`);
  if (findings.some((finding) => !finding.ok)) process.exitCode = 1;
}

const GIB = 1024 ** 3;

function machine({ folder, partitions }: Installation): Finding[] {
  const disk = statfsSync(folder);
  const free = disk.bavail * disk.bsize;
  const findings: Finding[] = [
    {
      what: "Node",
      ok: Number(process.versions.node.split(".")[0]) >= 26,
      detail: `${process.versions.node} at ${process.execPath}`,
    },
    {
      what: "Disk",
      ok: free > GIB,
      detail: `${(free / GIB).toFixed(1)} GiB free for ${folder}${free > GIB ? "" : ": below 1 GiB. Free some, or set TOLLBOOK_DATA to another volume"}`,
    },
    { what: "Partitions", ok: true, detail: String(partitions) },
  ];
  const optional = (wanted: SystemPackage): Finding => {
    const path = find(wanted);
    return {
      what: wanted.program,
      ok: true,
      detail: path ?? `not installed: needed only for ${wanted.neededFor} (Debian: ${wanted.debianPackages.join(", ")})`,
    };
  };
  const nats = find(natsServer);
  findings.push(
    nats === null
      ? {
          what: "nats-server",
          ok: false,
          detail: "missing. Install it: apt-get install nats-server, or run ./tollbook up, which does",
        }
      : { what: "nats-server", ok: true, detail: `${natsServerVersion()} at ${nats}${syncNote()}` },
    optional(chromium),
    optional(strace),
  );
  return findings;
}

function syncNote(): string {
  const [major = 0, minor = 0] = natsServerVersion().split(".").map(Number);
  return major > 2 || minor >= 10
    ? ""
    : "; this version syncs its files every 2 minutes: a power cut can lose acknowledged events of that time (a crash of any process cannot). 2.10 or newer allows a shorter interval";
}

/** What each service of a running installation says of itself; of a stopped one, whether its ports are free. */
async function running({ folder, ports }: Installation): Promise<Finding[]> {
  const findings: Finding[] = [];
  const services = [
    { name: "nats", port: ports.nats, setting: "TOLLBOOK_NATS_PORT", health: null },
    {
      name: "clickhouse",
      port: ports.clickhouse,
      setting: "TOLLBOOK_CLICKHOUSE_PORT",
      health: `http://127.0.0.1:${ports.clickhouse}/ping`,
    },
    { name: "meter", port: ports.meter, setting: "TOLLBOOK_METER_PORT", health: `http://127.0.0.1:${ports.meter}/readyz` },
    { name: "api", port: ports.api, setting: "TOLLBOOK_API_PORT", health: `http://127.0.0.1:${ports.api}/readyz` },
  ];
  const supervisor = readPid(join(folder, "run", "tollbook.pid"));
  const isUp = supervisor !== null && isAlive(supervisor);
  findings.push({
    what: "Tollbook",
    ok: true,
    detail: isUp ? `running (process ${supervisor})` : "not running: start it with ./tollbook up",
  });
  for (const { name, port, setting, health } of services) {
    const pid = readPid(join(folder, "run", `${name}.pid`));
    if (pid !== null && isAlive(pid)) {
      findings.push(health === null ? { what: name, ok: true, detail: `process ${pid}` } : await ask(name, pid, health, folder));
    } else if (isUp) {
      findings.push({
        what: name,
        ok: false,
        detail: `not running; ./tollbook starts it again. Its log: ${join(folder, "logs", `${name}.log`)}`,
      });
    } else {
      const fault = await requireFreePort(port, setting, name).then(
        () => null,
        (error: unknown) => (error as Error).message,
      );
      findings.push({ what: `port ${port} (${name})`, ok: fault === null, detail: fault ?? "free" });
    }
  }
  return findings;
}

async function ask(name: string, pid: number, url: string, folder: string): Promise<Finding> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    const body = (await response.text()).trim();
    return {
      what: name,
      ok: response.ok,
      detail: `process ${pid}, ${response.ok ? "ready" : `not ready: ${body.slice(0, 500)}`}`,
    };
  } catch (error) {
    return {
      what: name,
      ok: false,
      detail: `process ${pid} does not answer (${(error as Error).message}). ${lastLine(join(folder, "logs", `${name}.log`))}`,
    };
  }
}

function lastLine(file: string): string {
  if (!existsSync(file)) return "It has no log yet.";
  return `The last line of its log: ${readFileSync(file, "utf8").trim().split("\n").at(-1) ?? ""}`;
}
