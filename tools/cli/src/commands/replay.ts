/** `./tollbook replay --verify`: folds the log again, beside the running installation, and compares it with what is stored. */
import { partitionOf } from "@tollbook/contracts/subjects.ts";
import { isAccountId, type AccountId } from "@tollbook/contracts/units.ts";
import { replayPartition, type ReplayReport } from "@tollbook/meter/replay.ts";
import { domainRules } from "@tollbook/meter/rules.ts";
import { connectOperator } from "../connect.ts";
import { UserFacingError } from "../failure.ts";
import { openInstallation } from "../installation.ts";
import { tellAccount } from "./replay-account.ts";

export interface ReplayFlags {
  readonly verify?: boolean;
  readonly partition?: string;
  readonly account?: string;
  readonly json?: boolean;
}

/** Exit code 1 when anything differs. Writes nothing anywhere. */
export async function replay({ verify, partition, account, json }: ReplayFlags): Promise<void> {
  if (verify !== true) throw new UserFacingError("say ./tollbook replay --verify: replaying without comparing proves nothing.");
  const installation = openInstallation(process.env);
  const { partitions, ports, secrets } = installation;
  if (account !== undefined && !isAccountId(account)) throw new UserFacingError(`"${account}" is no account's name.`);
  const story = account === undefined ? null : tellAccount(account);
  const wanted =
    account !== undefined
      ? [partitionOf(account as AccountId, partitions)]
      : partition === undefined
        ? Array.from({ length: partitions }, (_, p) => p)
        : [partitionFrom(partition, partitions)];
  const nc = await connectOperator(installation);
  const clickhouseUrl = `http://default:${secrets.clickhouse}@127.0.0.1:${ports.clickhouse}`;
  const reports: ReplayReport[] = [];
  const failed: string[] = [];
  try {
    for (const p of wanted) {
      try {
        const onProgress = json === true ? () => undefined : showProgress(p);
        const report = await replayPartition({
          nc,
          clickhouseUrl,
          partition: p,
          partitions,
          rules: domainRules,
          nowUs: Date.now() * 1000,
          onProgress,
          onRow: (row) => story?.add(row),
        });
        reports.push(report);
        if (json !== true) process.stdout.write(textOf(report));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const quiet = reason.includes("has settled nothing yet");
        if (!quiet) failed.push(`Partition ${p} could not be replayed: ${reason}`);
        if (json !== true) process.stdout.write(`Partition ${p}: ${reason}\n`);
      }
    }
  } finally {
    await nc.close();
  }
  const faults = [...failed, ...reports.flatMap(({ faults: found }) => found)];
  if (json === true) process.stdout.write(`${JSON.stringify({ same: faults.length === 0, failed, reports }, null, 2)}\n`);
  else process.stdout.write((story?.text() ?? "") + verdictOf(reports, faults));
  if (faults.length > 0) process.exitCode = 1;
}

function partitionFrom(text: string, partitions: number): number {
  const p = Number(text);
  if (/^\d{1,4}$/.test(text) && p < partitions) return p;
  throw new UserFacingError(`there is no partition ${text}: this installation has 0 to ${partitions - 1}.`);
}

function showProgress(p: number): (folded: number, of: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (folded, of) => void process.stderr.write(`\rPartition ${p}: ${folded} of ${of} entries …`);
}

function textOf(report: ReplayReport): string {
  const { partition, from, to, snapshot, messages, entries, rows, batches, seconds, stateHash, snapshots, gaps, first } = report;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const lines = [
    `Partition ${partition}: entries ${from} to ${to} (${snapshot === null ? "from the beginning" : `from snapshot ${snapshot}`})`,
    `  folded     ${messages} messages, ${entries} entries in ${seconds.toFixed(1)} s (${Math.round(entries / Math.max(seconds, 0.001))} a second)`,
    `  rows       ${total} in ${batches} batches: ${Object.entries(rows)
      .map(([table, count]) => `${count} ${table}`)
      .join(", ")}`,
    `  state      sha256 ${stateHash}`,
    ...snapshots.map(({ name, seq, same }) => `  snapshot   ${name} after entry ${seq}: ${same ? "the same" : "DIFFERENT"}`),
    ...gaps.map((gap) => `  gap        the log lacks entries ${gap.from} to ${gap.to}`),
    ...(first?.columns ?? []).map(({ column, log, stored }) => `  ${column}: the log gives ${log}, stored is ${stored}`),
    ...report.faults.map((fault) => `  FAULT      ${fault}`),
  ];
  return `${process.stderr.isTTY ? "\r" : ""}${lines.join("\n")}\n`;
}

function verdictOf(reports: readonly ReplayReport[], faults: readonly string[]): string {
  const rows = reports.reduce((sum, report) => sum + Object.values(report.rows).reduce((all, count) => all + count, 0), 0);
  if (faults.length === 0) return `The log gives exactly what is stored: ${rows} rows in ${reports.length} partitions.\n`;
  return (
    `What is stored is NOT what the log gives:\n${faults.map((fault) => `  ${fault}\n`).join("")}` +
    "Keep the data folder as it is. Settled rows are never changed by Tollbook: find out what else writes to ClickHouse or NATS.\n"
  );
}
