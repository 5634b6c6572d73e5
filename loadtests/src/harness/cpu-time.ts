import { readFileSync } from "node:fs";

/**
 * CPU time a process has used so far, in seconds, its children's included (living ones and those it has waited for).
 * Null where the system keeps no /proc, or when the process is gone.
 */
export function cpuSecondsOf(pid: number): number | null {
  let stat: string;
  let children: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  } catch {
    // Gone, or no Linux: there is no figure.
    return null;
  }
  const own = ticksFromStat(stat) / TICKS_PER_SECOND;
  const living = children.split(" ").filter((text) => text !== "");
  return living.reduce((sum, child) => sum + (cpuSecondsOf(Number(child)) ?? 0), own);
}

/** Linux reports to programs in hundredths of a second on every architecture, whatever the kernel's own clock is. */
const TICKS_PER_SECOND = 100;

/** utime + stime + cutime + cstime: fields 14 to 17, counted after the program's name, which may hold blanks and brackets. */
export function ticksFromStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).map(Number);
  if (ticks.length !== 4 || ticks.some((value) => !Number.isSafeInteger(value))) throw new Error(`not a process's stat: ${stat}`);
  return ticks.reduce((sum, value) => sum + value, 0);
}

export type CpuSeconds = Record<string, number>;

/** CPU seconds of several processes by name. Throws when one is gone: what was measured then is not the whole. */
export function cpuSecondsOfAll(pids: Readonly<Record<string, number>>): CpuSeconds {
  const all: CpuSeconds = {};
  for (const [name, pid] of Object.entries(pids)) {
    const used = cpuSecondsOf(pid);
    if (used !== null) all[name] = used;
    else if (process.platform === "linux") throw new Error(`the process ${name} (${pid}) ended while it was measured`);
  }
  return all;
}

export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return Object.fromEntries(
    // Differences of hundredths: rounded, so that no 0.30000000000000004 stands in a result.
    Object.entries(after).map(([name, used]) => [name, Math.round((used - (before[name] ?? 0)) * 100) / 100]),
  );
}

export function totalCpu(cpu: CpuSeconds): number {
  return Object.values(cpu).reduce((sum, used) => sum + used, 0);
}
