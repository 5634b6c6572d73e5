/** The `tollbook` command: one file per command in `commands/`. */
import { Command } from "commander";
import { load } from "./commands/load.ts";
import { quickstart } from "./commands/quickstart.ts";
import { quote } from "./commands/quote.ts";
import { bench } from "./commands/bench.ts";
import { campaign } from "./commands/campaign.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { feederAdd } from "./commands/feeder.ts";
import { importCallsCommand } from "./commands/import-calls.ts";
import { importDeck } from "./commands/import-deck.ts";
import { replay } from "./commands/replay.ts";
import { test } from "./commands/test.ts";
import { up } from "./commands/up.ts";
import { reportFailure } from "./failure.ts";

const program = new Command("tollbook")
  .description("Meters, rates and controls the cost of telephone calls")
  .showHelpAfterError();

program.command("up").description("run everything on this machine, until Ctrl-C").action(guarded(up));
program
  .command("demo")
  .description("the same with sample organisations, sample rate decks and live sample calls")
  .option("--for <time>", "end by itself, with a summary: 60s, 5m, 1h")
  .action(guarded(demo));
program
  .command("test")
  .description("run every guarantee at small counts: what continuous integration runs")
  .argument("[folders...]", "only the tests below these folders")
  .action(guarded(test));
program
  .command("campaign")
  .description("the crash tests at release counts")
  .option("--file <calls.csv>", "a call centre's log to import (default: a generated month)")
  .option("--calls <n>", "calls of the generated month", "42000")
  .option("--kills <n>", "kills of each process", "10")
  .option("--seed <n>", "the same seed draws the same calls and kills", "1")
  .action(guarded(campaign));
program
  .command("load")
  .description("the k6 scenarios, against an installation of their own or a running one")
  .argument("[scenario]", "ingest or authorize (default: both)")
  .option("--url <url>", "a running installation")
  .option("--api-key <key>", "its key")
  .option("--account <account>", "its account")
  .option("--users <a,b>", "users of that account")
  .option("--rate <n>", "requests a second")
  .option("--batch <n>", "events per request")
  .option("--duration <time>", "for example 30s", "30s")
  .action(guarded(load));
program
  .command("bench")
  .description("the benchmark with its controls and ratios; a table, and a result file")
  .option("--quick", "one short run of each: to see that it works")
  .option("--runs <n>", "runs of each (5)")
  .option("--events <n>", "calls of each run (200000)")
  .option("--only <group>", "kernels, drain, live, authorize or http")
  .option("--partitions <n>", "partitions of the log (1)")
  .option("--out <file>", "where the result goes")
  .action(guarded(bench));
program
  .command("replay")
  .description("fold the log again beside the running installation and compare every row and snapshot with what is stored")
  .option("--verify", "compare; exit code 1 on any difference")
  .option("--partition <p>", "only this one (default: all)")
  .option("--account <account>", "only its partition; prints how its balance and its invoices came about")
  .option("--json", "for programs")
  .action(guarded(replay));
program
  .command("doctor")
  .description("say what is wrong with this machine or installation")
  .option("--json", "for programs")
  .action(guarded(doctor));

program
  .command("quickstart")
  .description("make a small organisation on the running installation and print an API key for it")
  .argument("<account>")
  .action(guarded(quickstart));
program
  .command("quote")
  .description("price one call and print how the price came about")
  .requiredOption("--to <number>", "outbound: the number dialled; inbound: the service number called")
  .requiredOption("--seconds <n>", "talk time")
  .option("--from <number>", "the caller, where a deck prices by origin")
  .option("--at <time>", "start of the call, RFC 3339 (default: now)")
  .option("--direction <direction>", "outbound or inbound", "outbound")
  .option("--number-class <class>", "inbound: toll or tollFree")
  .option("--currency <code>", "ISO 4217", "USD")
  .option("--deck <file...>", "rate decks as CSV (default: the sample decks)")
  .option("--json", "for programs")
  .action(guarded(quote));

const importing = program.command("import").description("bring in rate decks or finished calls");
importing
  .command("deck")
  .description("check a rate deck line by line and put it in force")
  .argument("<file.csv>", "with its side file <file.json> beside it, if any")
  .option("--from <time>", "in force from, RFC 3339 (default: now)")
  .option("--store-only", "only store it, for a dry run of prices or for re-rating")
  .action(guarded(importDeck));

importing
  .command("calls")
  .description("read finished call records from CSV; a second run adds nothing")
  .argument("<file.csv>")
  .requiredOption("--account <account>", "whose calls they are")
  .requiredOption("--mapping <file.json>", "which column is what; two to start from lie in tools/cli/mappings")
  .option("--feeder <feeder>", "the name they come in under", "import")
  .option("--shift-days <n>", "days added to every time")
  .option("--ends-now", "shift all so that the last call ends now")
  .option("--deck <file.csv>", "for a mapping that draws destinations from a deck")
  .action(guarded(importCallsCommand));

program
  .command("feeder")
  .description("senders of call events over NATS")
  .command("add")
  .description("give a feeder of an account its own credentials, and print them")
  .argument("<account>")
  .argument("<feeder>")
  .action(guarded(feederAdd));

await program.parseAsync();

/** Failures become one sentence and exit code 1. */
function guarded<Args extends unknown[]>(action: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
  return (...args) => action(...args).catch(reportFailure);
}
