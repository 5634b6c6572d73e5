import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createClient, type ClickHouseClient } from "@clickhouse/client";
import type { Invoice, InvoiceListItem } from "@tollbook/contracts/invoice.ts";
import { formatTime, parseMicros, parseTime, timeUs, type TimeUs } from "@tollbook/contracts/units.ts";
import type { SummaryView } from "@tollbook/contracts/views.ts";
import { type Book, keepBook } from "@tollbook/domain/testing/year-book.ts";
import { YEAR_BEGINS, YEAR_ENDS, yearAccount, yearScript, type YearStep } from "@tollbook/domain/testing/year-script.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, signIn } from "../api-client.ts";
import { connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { root } from "../installation.ts";
import { eventually, startTestInstallation, type TestInstallation } from "./installation.ts";

/**
 * The year of `packages/domain/src/testing/year-script.ts` through a whole installation: commands and calls over HTTP, cards charged
 * by the test provider, invoices verified against ClickHouse, and a bookkeeper who shares no code with any of it.
 */
const ACCOUNT = "year";
let tollbook: TestInstallation;
let api: ApiClient;
let clickhouse: ClickHouseClient;
const steps = yearScript(7, { quiet: 20, busy: 200 });
let book: Book;

beforeAll(async () => {
  tollbook = await startTestInstallation();
  const { installation, stack } = tollbook;
  api = await signIn(stack.url, installation.secrets);
  const nats = await connectOperator(installation);
  const deck = readDeckFile(join(root, "packages/tariffs/decks/acs-outbound-usd.csv"));
  await activateDeck(nats, deck, parseTime("2020-01-01T00:00:00Z") as TimeUs);
  await nats.close();
  clickhouse = createClient({
    url: `http://127.0.0.1:${installation.ports.clickhouse}`,
    username: "default",
    password: installation.secrets.clickhouse,
  });
  await api.createAccount(ACCOUNT, { ...yearAccount, testClock: YEAR_BEGINS });
  await play(steps);
  book = keepBook(await asTheyWereGiven(steps));
}, 600_000);

afterAll(async () => {
  await clickhouse?.close();
  await tollbook?.close();
});

/** The commands at the very microseconds that the log gave them: a proration counts them. */
async function asTheyWereGiven(list: readonly YearStep[]): Promise<YearStep[]> {
  const query =
    "SELECT type, toUnixTimestamp64Micro(at) AS us FROM account_events WHERE account = {account:String} AND outcome = 'accepted' ORDER BY out_seq";
  const count = list.filter((step) => step.do === "command").length;
  const rows = await eventually(
    async () => await ask(query),
    (found) => found.filter(({ type }) => type?.startsWith("command.")).length > count,
  );
  return list.map((step) => {
    if (step.do !== "command") return step;
    const at = rows.findIndex(({ type }) => type === `command.${step.command.type}`);
    const [given] = rows.splice(at, 1);
    return { ...step, at: formatTime(timeUs(Number(given?.["us"]))) };
  });
}

async function ask(query: string): Promise<Record<string, string>[]> {
  const answer = await clickhouse.query({
    query,
    query_params: { account: ACCOUNT },
    format: "JSONEachRow",
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  return await answer.json();
}

/** Calls between two commands of one day go in together, at the time of the last of them, in their order. */
async function play(list: readonly YearStep[]): Promise<void> {
  for (let at = 0; at < list.length;) {
    const step = list[at] as YearStep;
    if (step.do === "command") {
      await advanceTo(step.at);
      const { type, data } = step.command;
      const answer = await api.command(ACCOUNT, type, data as never, `year/${at}`);
      if (answer.outcome !== "accepted") throw new Error(`${step.at} ${type}: ${answer.code ?? ""} ${answer.detail ?? ""}`);
      at++;
      continue;
    }
    const calls: YearStep[] = [];
    for (; list[at]?.do === "call" && list[at]?.at.slice(0, 10) === step.at.slice(0, 10); at++) calls.push(list[at] as YearStep);
    await advanceTo((calls.at(-1) as YearStep).at);
    await api.send("POST", `/v1/accounts/${ACCOUNT}/events`, calls.map(eventOf));
  }
  await advanceTo(YEAR_ENDS);
}

/** The account's clock runs on meanwhile: a time that has just passed needs no step. */
async function advanceTo(to: string): Promise<void> {
  const { asOf } = await api.get<SummaryView>(`/v1/accounts/${ACCOUNT}/summary`);
  if (Date.parse(asOf.time) < Date.parse(to)) await api.send("POST", `/v1/accounts/${ACCOUNT}/test-clock`, { to });
}

function eventOf(step: YearStep): unknown {
  if (step.do !== "call") throw new Error("not a call");
  const { usageId, user, to, seconds } = step.call;
  return {
    specversion: "1.0",
    id: `${usageId}:ended`,
    source: "/switch/year",
    type: "telephony.call.ended.v1",
    data: {
      usageId,
      callType: "user_out",
      direction: "outbound",
      user,
      to,
      answeredAt: new Date(Date.parse(step.at) - seconds * 1000).toISOString(),
      endedAt: step.at,
    },
  };
}

const exact = (invoice: Invoice, ...kinds: string[]): bigint =>
  invoice.lines.reduce((sum, line) => (kinds.includes(line.kind) ? sum + BigInt(parseMicros(line.exact) ?? NaN) : sum), 0n);

async function issued(): Promise<Invoice[]> {
  const list = await api.get<{ invoices: InvoiceListItem[] }>(`/v1/accounts/${ACCOUNT}/invoices?from=2026-01-01&to=2027-02-01`);
  const items = list.invoices
    .filter(({ number }) => number !== null)
    .toSorted((a, b) => (a.period.from < b.period.from ? -1 : 1));
  return await Promise.all(
    items.map(async ({ invoice }) => await api.get<Invoice>(`/v1/accounts/${ACCOUNT}/invoices/${encodeURIComponent(invoice)}`)),
  );
}

test("twelve invoices were verified and issued, and every line is the bookkeeper's", async () => {
  const invoices = await issued();
  expect(invoices.map(({ period }) => period.from)).toEqual([...book.months.keys()].filter((month) => month < "2027").toSorted());
  expect(invoices.length).toBe(12);
  for (const invoice of invoices) {
    const page = book.months.get(invoice.period.from);
    expect([exact(invoice, "licence", "proration"), exact(invoice, "overage"), exact(invoice, "adjustment")]).toEqual([
      page?.licences,
      page?.overage,
      page?.adjustments,
    ]);
    expect(invoice.state).toBe("PAID");
  }
});

test("every cent is followed from leg to ledger to invoice to export: the sums are equal to the micro-unit", async () => {
  const ledger = `SELECT ledger, unit, sum(amount) AS amount FROM (
      SELECT postings.ledger AS ledgers, postings.unit AS units, postings.amount AS amounts FROM rated_calls WHERE account = {account:String}
      UNION ALL SELECT postings.ledger, postings.unit, postings.amount FROM account_events WHERE account = {account:String})
    ARRAY JOIN ledgers AS ledger, units AS unit, amounts AS amount GROUP BY ledger, unit`;
  const balances = await eventually(
    async () => await ask(ledger),
    (rows) => rows.length > 0,
  );
  const sum = (prefix: string, unit = "USD"): bigint =>
    balances.reduce(
      (total, row) => (row["unit"] === unit && row["ledger"]?.startsWith(prefix) ? total + BigInt(row["amount"] ?? 0) : total),
      0n,
    );
  expect([sum(""), sum("", "MIN")]).toEqual([0n, 0n]);
  expect([sum("credits/"), sum("overage/"), sum("invoice/"), sum("revenue/credits"), sum("revenue/overage")]).toEqual([
    book.balance,
    0n,
    0n,
    book.credits,
    book.overage,
  ]);
  const invoices = await issued();
  const total = invoices.reduce((all, { totals }) => all + BigInt(parseMicros(totals.total) ?? NaN), 0n);
  expect(-sum("cash/card")).toBe(total);
  const focus = await focusRows();
  for (const { number, totals } of invoices) {
    const billed = focus
      .filter(({ InvoiceId }) => InvoiceId === number)
      .reduce((all, row) => all + BigInt(parseMicros(row["BilledCost"] ?? "") ?? NaN), 0n);
    expect([number, billed]).toEqual([number, BigInt(parseMicros(totals.total) ?? NaN)]);
  }
});

async function focusRows(): Promise<Record<string, string>[]> {
  const text = await api.getText(`/v1/accounts/${ACCOUNT}/cost/focus.ndjson?from=2025-07-01&to=2027-02-01`);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

test("replaying the log gives bit-identical state and row hashes", () => {
  const done = spawnSync(process.execPath, [join(root, "tools/cli/src/main.ts"), "replay", "--verify"], {
    cwd: root,
    env: tollbook.environment,
    encoding: "utf8",
  });
  expect([done.status, done.stdout + done.stderr]).toEqual([
    0,
    expect.stringContaining("The log gives exactly what is stored") as unknown,
  ]);
});
