import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BillingView, InvoicesView } from "@tollbook/contracts/billing-views.ts";
import type { InvoiceLineCalls, InvoiceLineEvents } from "@tollbook/contracts/invoice-lines.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type * as z from "zod/mini";
import { activateDeck, readDeckFile } from "../../../../tools/cli/src/deck-import.ts";
import { exampleBuyer, exampleSeller } from "../testing/example-invoices.ts";
import { signIn, type SignedIn } from "../testing/people.ts";
import { startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";

/** One organisation's January under a test clock, on real servers: from its purchases and calls to the invoice and its export. */

const deckCsv = `# name=sample
prefix,destination,country,type,currency,connect_fee,price_per_minute,first_increment_s,next_increment_s
49,Germany,DE,geographic,EUR,0,0.015,60,60
33,France,FR,geographic,EUR,0.01,0.016,60,60
93,Afghanistan,AF,geographic,EUR,0,3.333333,60,60
`;

vi.setConfig({ testTimeout: 30_000 });

let api: TestApi;
let key: string;
let folder: string;
let lastSeq = 0;
let given = 0;

const path = (rest: string): string => `/v1/accounts/acme/${rest}`;
async function send(method: string, rest: string, body?: object): Promise<TestAnswer> {
  const headers = { "idempotency-key": `january-${++given}` };
  const answer = await api.call(method, path(rest), { key, headers, ...(body === undefined ? {} : { body }) });
  expect(`${rest}: ${answer.status} ${answer.text}`).toMatch(/: 200 /);
  lastSeq = Math.max(lastSeq, Number(answer.body["seq"] ?? 0));
  return answer;
}
const command = async (type: string, data: object): Promise<TestAnswer> => await send("POST", "commands", { type, data });
const read = async (rest: string): Promise<TestAnswer> => await api.call("GET", path(rest), { key });
async function body<Body>(rest: string): Promise<Body> {
  const answer = await read(rest);
  expect(`${rest}: ${answer.status} ${answer.text.slice(0, 300)}`).toMatch(/: 200 /);
  return answer.body as unknown as Body;
}
const moveTo = async (to: string): Promise<TestAnswer> => await send("POST", "test-clock", { to });

async function called(usageId: string, to: string, minutes: number): Promise<void> {
  const answeredAt = Date.UTC(2027, 0, 9, 10);
  const data = { usageId, callId: usageId, callType: "user_out", direction: "outbound", user: "ada", from: "+4930901820", to };
  const event = {
    specversion: "1.0",
    id: `${usageId}:ended`,
    source: "/switch/berlin-1",
    type: "telephony.call.ended.v1",
    data: {
      ...data,
      answeredAt: new Date(answeredAt).toISOString(),
      endedAt: new Date(answeredAt + minutes * 60_000).toISOString(),
    },
  };
  const answer = await api.call("POST", path("events"), {
    key,
    body: event,
    headers: { "content-type": "application/cloudevents+json" },
  });
  expect(answer.body).toMatchObject({ accepted: 1 });
  lastSeq = (answer.body["positions"] as unknown as { seq: number }[])[0]?.seq ?? lastSeq;
}

beforeAll(async () => {
  api = await startTestApi({ config: { seller: exampleSeller } });
  folder = mkdtempSync(join(tmpdir(), "tollbook-deck-"));
  writeFileSync(join(folder, "deck.csv"), deckCsv);
  await activateDeck(api.stack.nc, readDeckFile(join(folder, "deck.csv")), timeUs(0));
  key = await api.key("*", ["admin"]);
  const account = {
    account: "acme",
    name: "Acme",
    country: "DE",
    currency: "EUR",
    agreement: "MOSA",
    testClock: "2027-01-01T00:00:00Z",
  };
  await api.call("POST", "/v1/accounts", { key, body: account });
  await send("PUT", "billing-accounts/main", { numberPrefix: "AC-", soldTo: exampleBuyer });
  await send("PUT", "billing-profiles/main", {
    billTo: exampleBuyer,
    purchaseOrder: "PO-7",
    tax: { label: "MwSt.", percent: "19" },
    discount: { label: "Partner", percent: "2.5", on: "all" },
  });
  await command("user.set", { user: "ada", displayName: "Ada", usageLocation: "DE", department: "Sales" });
  const terms = { licences: 1, term: "P1Y", billingFrequency: "monthly" };
  await command("subscription.buy", { subscription: "phone", product: "teams-phone-standard", unitPrice: "7.995", ...terms });
  await command("subscription.buy", { subscription: "plan", product: "calling-plan-domestic-120", unitPrice: "11.11", ...terms });
  await command("subscription.buy", { subscription: "credits", product: "communications-credits", ...terms });
  for (const subscription of ["phone", "plan", "credits"]) await command("licence.assign", { subscription, users: ["ada"] });
  await command("credits.topUp", { amount: "50.00", reference: "PO-8" });
  await command("account.settings", { agreement: "MCA" });
  await command("payAsYouGo.set", { subscription: "plan", on: true });
  await moveTo("2027-01-10T00:00:00Z");
  await called("pooled", "+4930123456", 5);
  // 16 × 3.333333 = 53.333328: the last 50.00 of the credits, then overage.
  await called("split", "+93201234567", 16);
  await called("france", "+33140205050", 5);
  await called("taken-back", "+33140205050", 60);
  await api.call("GET", path(`calls?after=${lastSeq}`), { key });
  await command("call.void", { usageId: "taken-back", reason: "wrong number" });
  await command("licence.setTotal", { subscription: "phone", total: 3 });
}, 120_000);
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const id = "main%2F2027-01-01";
const micros = (text: string): bigint => {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(6, "0")}`);
};
const sum = (texts: readonly string[]): bigint => texts.reduce((total, text) => total + micros(text), 0n);
const lineOf = (line: string): string => `invoices/${id}/lines/${encodeURIComponent(line)}`;

/** RFC 4180. */
function records(csv: string, separator = ","): Record<string, string>[] {
  const cell = new RegExp(`("(?:[^"]|"")*"|[^${separator}\r\n]*)(${separator}|\r\n|$)`, "y");
  const rows: string[][] = [[]];
  const text = csv.replace("\ufeff", "");
  while (cell.lastIndex < text.length) {
    const [, value = "", end] = cell.exec(text) ?? [];
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === "\r\n") rows.push([]);
  }
  const [heads = [], ...lines] = rows.filter((row) => row.length > 1);
  return lines.map((line) => Object.fromEntries(heads.map((head, index) => [head, line[index] ?? ""])));
}

it("a draft accrues: licences, proration, credits, overage by destination; a voided call leaves nothing on its line", async () => {
  const draft = await body<Invoice>(`invoices/${id}?after=${lastSeq}`);
  expect(draft).toMatchObject({
    state: "OPEN",
    number: null,
    purchaseOrder: "PO-7",
    period: { from: "2027-01-01", to: "2027-02-01" },
  });
  const exact = Object.fromEntries(
    draft.lines.map(({ kind, destination, subscription, exact: text }) => [`${kind} ${subscription} ${destination}`, text]),
  );
  expect(exact).toMatchObject({
    "licence phone ": "7.995",
    "licence plan ": "11.11",
    "credits  ": "50.00",
    "overage plan Afghanistan": "3.333328",
    "overage plan France": "0.09",
  });
  expect((await read(`invoices/${id}/invoice.xml`)).body).toMatchObject({
    code: "notFound",
    detail: expect.stringMatching(/not issued yet/),
  });
  const pdf = await read(`invoices/${id}/invoice.pdf`);
  expect([pdf.status, pdf.headers.get("content-type"), pdf.text.slice(0, 8)]).toEqual([200, "application/pdf", "%PDF-1.7"]);
});

describe("once it is issued", () => {
  let invoice: Invoice;
  beforeAll(async () => {
    await moveTo("2027-02-05T00:00:00Z");
    invoice = await body<Invoice>(`invoices/${id}?after=${lastSeq}`);
  }, 120_000);

  it("IN-1, IN-2: it is listed by its date; totals are charges, discounts, credits, tax, total", async () => {
    const list = await body<z.infer<typeof InvoicesView>>("invoices");
    expect(list.invoices.map(({ number, state }) => [number, state])).toEqual([
      [null, "OPEN"],
      ["AC-000001", "ISSUED"],
    ]);
    expect((await body<z.infer<typeof InvoicesView>>("invoices?from=2027-02-01&to=2027-02-01")).invoices).toHaveLength(2);
    expect((await body<z.infer<typeof InvoicesView>>("invoices?from=2026-01-01&to=2026-12-31")).invoices).toEqual([]);
    expect(invoice).toMatchObject({
      number: "AC-000001",
      invoiceDate: "2027-02-01",
      dueDate: "2027-03-03",
      billTo: exampleBuyer,
    });
    const { totals } = invoice;
    expect(micros(totals.net)).toBe(sum([totals.charges, totals.discounts, totals.credits]));
    expect(sum(invoice.lines.map(({ net }) => net))).toBe(micros(totals.net));
    // D25: what rounding took or gave is the difference between what is printed and what was exact.
    expect(micros(totals.rounding)).toBe(micros(totals.net) - sum(invoice.lines.map(({ exact }) => exact)));
    expect(micros(totals.total)).toBe(micros(totals.net) + micros(totals.tax[0]?.amount ?? ""));
    // 2.5 % off licences and usage, not off credits that were bought.
    const base = invoice.lines.filter(({ kind }) => !["credits", "discount"].includes(kind)).map(({ exact }) => exact);
    const discount = invoice.lines.find(({ kind }) => kind === "discount");
    expect(micros(discount?.exact ?? "")).toBe(-((sum(base) * 25n + 500n) / 1000n));
  });

  it("every line lists what it was summed from: its calls and events come to its exact amount (RT-6)", async () => {
    for (const { line, kind, exact, calls } of invoice.lines) {
      const usage = await body<z.infer<typeof InvoiceLineCalls>>(`${lineOf(line)}/calls`);
      const other = await body<z.infer<typeof InvoiceLineEvents>>(`${lineOf(line)}/events`);
      const rows = [...usage.calls.map(({ invoiced }) => invoiced), ...other.events.map(({ amount }) => amount)];
      expect([kind, sum(rows)]).toEqual([kind, micros(exact)]);
      expect(usage.calls.reduce((count, { entry }) => count + (entry === "reversal" ? -1 : 1), 0)).toBe(calls);
    }
  });

  it("calls of a line come page by page with masked numbers; a cursor of one line is none of another", async () => {
    const france = invoice.lines.find(({ destination }) => destination === "France")?.line ?? "";
    const first = await body<z.infer<typeof InvoiceLineCalls>>(`${lineOf(france)}/calls?limit=1`);
    expect(first.calls).toMatchObject([{ usageId: "france", entry: "original", invoiced: "0.09", to: "+33140205***" }]);
    const second = await body<z.infer<typeof InvoiceLineCalls>>(`${lineOf(france)}/calls?cursor=${first.next}`);
    expect(second.calls.map(({ usageId, entry, invoiced }) => [usageId, entry, invoiced])).toEqual([
      ["taken-back", "original", "0.97"],
      ["taken-back", "reversal", "-0.97"],
    ]);
    expect((await read(`${lineOf("other")}/calls?cursor=${first.next}`)).status).toBe(400);
  });

  it("CM-3, FOCUS 1.2: the sum of BilledCost by InvoiceId is the invoice's total to the micro-unit; pools and credits are billed 0", async () => {
    const answer = await read("cost/focus.csv?from=2027-01-01&to=2027-01-31");
    const rows = records(answer.text);
    const billed = rows.filter(({ InvoiceId }) => InvoiceId === "AC-000001");
    expect(sum(billed.map(({ BilledCost }) => BilledCost ?? ""))).toBe(micros(invoice.totals.total));
    const of = (usageId: string): string[][] =>
      rows
        .filter(({ x_UsageId }) => x_UsageId === usageId)
        .map((row) => [
          row["x_FundingSource"] ?? "",
          row["BilledCost"] ?? "",
          row["EffectiveCost"] ?? "",
          row["InvoiceId"] ?? "",
        ]);
    expect(of("pooled")).toEqual([["POOL", "0.00", "0.00", ""]]);
    expect(of("split")).toEqual([
      ["CREDITS", "0.00", "50.00", "AC-000001"],
      ["OVERAGE", "3.333328", "3.333328", "AC-000001"],
    ]);
    expect(of("taken-back").map(([, cost]) => cost)).toEqual(["0.97", "-0.97"]);
    const credits = rows.find(({ x_LineKind }) => x_LineKind === "credits");
    expect(credits).toMatchObject({ ChargeCategory: "Purchase", BilledCost: "50.00", EffectiveCost: "0.00" });
    // Bought once, used once: both ways of looking at it come to the same.
    expect(sum(billed.map(({ EffectiveCost }) => EffectiveCost ?? ""))).toBe(micros(invoice.totals.total));
    const allowed = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];
    for (const row of rows) {
      expect(allowed).toContain(row["ChargeCategory"]);
      for (const column of [
        "BillingAccountId",
        "BillingPeriodStart",
        "ChargePeriodStart",
        "ServiceName",
        "ProviderName",
        "BillingCurrency",
      ])
        expect([column, row[column] === ""]).toEqual([column, false]);
      expect((row["ChargePeriodStart"] ?? "") < (row["ChargePeriodEnd"] ?? "")).toBe(true);
    }
    for (const row of rows.filter(({ ChargeCategory }) => ChargeCategory === "Usage" || ChargeCategory === "Purchase")) {
      const quantity = BigInt(row["PricingQuantity"] ?? "0");
      expect(micros(row["ListUnitPrice"] ?? "") * quantity).toBe(micros(row["ListCost"] ?? ""));
    }
    const url = `${api.url}${path("cost/focus.ndjson?from=2027-01-01&to=2027-01-31")}`;
    const lines = (await (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).text()).trimEnd().split("\n");
    expect(lines).toHaveLength(rows.length);
    expect(Object.keys(JSON.parse(lines[0] ?? "{}") as object).some((column) => column.startsWith("x_"))).toBe(false);
  });

  it("as CSV its exact column sums to the total, in every language's figures; as UBL it names the same total", async () => {
    const rows = records((await read(`invoices/${id}/invoice.csv?language=de`)).text, ";");
    expect(sum(rows.map(({ Exact = "" }) => Exact.replace(",", ".")))).toBe(micros(invoice.totals.total));
    const ubl = await read(`invoices/${id}/invoice.xml`);
    expect(ubl.headers.get("content-type")).toMatch("application/xml");
    expect(ubl.text).toContain(`<cbc:PayableAmount currencyID="EUR">${invoice.totals.total}</cbc:PayableAmount>`);
    expect(ubl.text).toContain("<cbc:ID>AC-000001</cbc:ID>");
  });

  it("a part is paid by transfer and a part taken back; what is printed stays, paid and payable are those of now", async () => {
    const part = { amount: "10.00", reference: "transfer" };
    expect((await api.call("POST", path(`invoices/${id}/payments`), { key, body: part })).body).toMatchObject({
      code: "idempotencyKeyMissing",
    });
    await send("POST", `invoices/${id}/payments`, part);
    await send("POST", `invoices/${id}/credit-notes`, { net: "20.00", reason: "two days without service" });
    const now = await body<Invoice>(`invoices/${id}?after=${lastSeq}`);
    expect(now.totals.total).toBe(invoice.totals.total);
    expect(now.totals.paid).toBe("10.00");
    // 20.00 and 19 % of it.
    expect(micros(now.totals.payable)).toBe(micros(invoice.totals.total) - sum(["10.00", "23.80"]));
    const { creditNotes } = await body<{ creditNotes: Invoice[] }>(`invoices/${id}/credit-notes?after=${lastSeq}`);
    expect(creditNotes).toMatchObject([{ number: "AC-000002", refersTo: "AC-000001", totals: { total: "-23.80" } }]);
    expect((await body<Invoice>("invoices/AC-000002")).kind).toBe("creditNote");
    const ubl = await read("invoices/AC-000002/invoice.xml");
    expect(ubl.text).toMatch(/<CreditNote [^>]+>[^]*<cbc:TaxInclusiveAmount currencyID="EUR">23.80</);
    // It was written in February, and is a charge of that period.
    const rows = records((await read("cost/focus.csv?from=2027-02-01&to=2027-02-28")).text);
    const note = rows.filter(({ InvoiceId }) => InvoiceId === "AC-000002");
    expect(sum(note.map(({ BilledCost = "" }) => BilledCost))).toBe(micros("-23.80"));
    expect(note.map(({ ChargeCategory, ChargeClass }) => [ChargeCategory, ChargeClass])).toEqual([
      ["Adjustment", "Correction"],
      ["Tax", "Correction"],
    ]);
  });

  it("PM-1, PM-2: cards over HTTP, by token only; the billing view shows who uses them", async () => {
    const card = {
      provider: "test",
      token: "test_ok",
      brand: "Visa",
      last4: "4242",
      expires: "2031-05",
      holder: "Ada",
      country: "DE",
    };
    await send("POST", "payment-methods", { method: "one", ...card });
    await send("POST", "payment-methods", { method: "two", ...card, last4: "1111" });
    await send("PUT", "payment-methods/two", { holder: "Ada L." });
    await send("PUT", "billing-profiles/main/payment-method", { method: "one" });
    const inUse = await api.call("DELETE", path("payment-methods/one"), { key });
    expect([inUse.status, inUse.body["code"]]).toEqual([422, "methodInUse"]);
    await send("POST", "payment-methods/one/replacement", { by: "two" });
    await send("DELETE", "payment-methods/one");
    const billing = await body<z.infer<typeof BillingView>>(`billing?after=${lastSeq}`);
    expect(billing.paymentMethods).toMatchObject([{ method: "two", holder: "Ada L.", last4: "1111", usedBy: ["main"] }]);
  });
});

it("§10: who manages one profile's invoices sees those, who reads another's sees none of them", async () => {
  await send("PUT", "billing-profiles/emea", { displayName: "EMEA" });
  const manager = await signIn(api, "manager@acme.test", "acme", ["invoiceManager:main"]);
  const foreign = await signIn(api, "foreign@acme.test", "acme", ["billingProfileReader:emea"]);
  const list = async (who: SignedIn): Promise<unknown[]> => {
    const answer = await who.call("GET", path(`invoices?after=${lastSeq}`));
    const { total, invoices } = answer.body as unknown as { total: number; invoices: unknown[] };
    return [answer.status, total, invoices.length];
  };
  // The issued one, its credit note, and the one that accrues.
  expect(await list(manager)).toEqual([200, 3, 3]);
  expect(await list(foreign)).toEqual([200, 0, 0]);
  for (const file of ["", "/invoice.pdf", "/invoice.csv", "/credit-notes"]) {
    expect([file, (await manager.call("GET", path(`invoices/${id}${file}`))).status]).toEqual([file, 200]);
    expect([file, (await foreign.call("GET", path(`invoices/${id}${file}`))).status]).toEqual([file, 404]);
  }
  // A line's calls say who called whom: that is another permission.
  expect((await manager.call("GET", path(`${lineOf("x")}/calls`))).status).toBe(403);
  expect((await manager.call("GET", path("cost/focus.csv?from=2027-01-01&to=2027-01-31"))).status).toBe(403);
});

it.each([
  ["invoices?from=2027-02-01&to=2027-01-31", /after/],
  ["invoices?from=2025-01-01&to=2027-01-02", /24 months/],
  ["invoices?from=2027-01-01", /both or none/],
  ["invoices?months=6&from=2027-01-01&to=2027-01-02", /not together/],
  ["invoices?from=2027-02-30&to=2027-03-01", /a day/],
  ["cost/focus.csv?from=2024-01-01&to=2027-01-02", /24 months/],
])("IN-1: 400 for %s", async (rest, detail) => {
  const answer = await read(rest);
  expect([answer.status, answer.body["detail"]]).toEqual([400, expect.stringMatching(detail)]);
});

it("404 for what does not exist, 403 without the right, nothing of another account", async () => {
  expect((await read("invoices/main%2F1999-01-01")).status).toBe(404);
  expect((await read(`invoices/main%2F1999-01-01/lines/x/calls`)).status).toBe(404);
  const ingestOnly = await api.key("acme", ["ingest"]);
  for (const rest of ["invoices", `invoices/${id}`, "cost/focus.csv?from=2027-01-01&to=2027-01-31", "billing"])
    expect([rest, (await api.call("GET", path(rest), { key: ingestOnly })).status]).toEqual([rest, 403]);
  await api.addAccount("globex");
  const other = await api.key("globex", ["read"]);
  expect((await api.call("GET", path(`invoices/${id}`), { key: other })).status).toBe(404);
});
