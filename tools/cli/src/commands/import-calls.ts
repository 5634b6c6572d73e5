import { join } from "node:path";
import { isAccountId, isFeederId } from "@tollbook/contracts/units.ts";
import { connectFeeder } from "../connect.ts";
import { readDeckFile } from "../deck-import.ts";
import { UserFacingError } from "../failure.ts";
import { importCalls, readMappingFile } from "../import-calls.ts";
import { openInstallation } from "../installation.ts";
import { ensureFeeder } from "../stack.ts";

export interface ImportCallsOptions {
  account: string;
  mapping: string;
  feeder: string;
  shiftDays?: string;
  endsNow?: boolean;
  deck?: string;
}

/** Finished records from CSV through the bulk lane. Every line that cannot be read is named; a second run adds nothing. */
export async function importCallsCommand(file: string, options: ImportCallsOptions): Promise<void> {
  const { account, feeder, shiftDays = "0", endsNow = false } = options;
  if (!isAccountId(account) || !isFeederId(feeder))
    throw new UserFacingError("--account and --feeder are 1 to 63 of a-z, 0-9 and - each.");
  if (!/^-?\d{1,5}$/.test(shiftDays))
    throw new UserFacingError(`--shift-days must be a whole number of days, not "${shiftDays}".`);
  const mapping = readMappingFile(options.mapping);
  const installation = openInstallation(process.env);
  const nats = await connectFeeder(installation, ensureFeeder(installation, account, feeder));
  try {
    const result = await importCalls(nats, {
      file,
      mapping,
      account,
      feeder,
      shift: endsNow ? "endsNow" : Number(shiftDays),
      deckPrefixes: options.deck === undefined ? [] : readDeckFile(options.deck).deck.rows.map((row) => row.prefix),
      progressFile: join(installation.folder, `import-${account}-${feeder}.json`),
      onProgress: ({ records, acknowledged }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${acknowledged} of ${records} records acknowledged`);
      },
      nowMs: Date.now,
    });
    if (process.stderr.isTTY) process.stderr.write("\n");
    for (const { line, detail } of result.faults) process.stderr.write(`line ${line}: ${detail}\n`);
    process.stdout.write(
      `${result.records} records read, ${result.sent} sent, ${result.skipped} sent before, ${result.faultCount} lines with faults\n`,
    );
    if (result.faultCount > 0) process.exitCode = 1;
  } finally {
    await nats.drain();
  }
}
