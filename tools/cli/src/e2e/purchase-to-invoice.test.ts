import { join } from "node:path";
import type { IngestResult } from "@tollbook/contracts/http.ts";
import type { Invoice, InvoiceListItem } from "@tollbook/contracts/invoice.ts";
import { parseTime, type TimeUs } from "@tollbook/contracts/units.ts";
import type { PoolsView, SubscriptionsView, SummaryView } from "@tollbook/contracts/views.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, signIn } from "../api-client.ts";
import { connectOperator } from "../connect.ts";
import { activateDeck, readDeckFile } from "../deck-import.ts";
import { root } from "../installation.ts";
import { startTestInstallation, type TestInstallation } from "./installation.ts";

/**
 * A new customer's first weeks by the documented addresses alone: buy, assign, call until the included minutes are gone, be refused,
 * switch pay-as-you-go on, call again, read the overage, get the invoice. PG-2 to PG-6, CP-13, IN-2.
 */
let tollbook: TestInstallation;
let api: ApiClient;
let keys = 0;
/** The last call's place in the log: what is read after it shows the call. */
let seen = 0;
const account = "/v1/accounts/journey";

beforeAll(async () => {
  tollbook = await startTestInstallation();
  api = await signIn(tollbook.stack.url, tollbook.installation.secrets);
  const nats = await connectOperator(tollbook.installation);
  const deck = readDeckFile(join(root, "packages/tariffs/decks/acs-outbound-usd.csv"));
  await activateDeck(nats, deck, parseTime("2020-01-01T00:00:00Z") as TimeUs);
  await nats.close();
});

afterAll(async () => {
  await tollbook?.close();
});

const send = async <Body>(method: "POST" | "PUT", path: string, body: unknown): Promise<Body> =>
  await api.send<Body>(method, `${account}/${path}`, body, `journey-${++keys}`);

async function now(): Promise<number> {
  return Date.parse((await api.get<SummaryView>(`${account}/summary`)).asOf.time);
}

interface Decision {
  decision: string;
  reason: string;
  funding: { source: string }[];
}

/** Asks for a call to Berlin and, when it may go on, lets it last so many minutes. */
async function call(usageId: string, minutes: number): Promise<Decision> {
  const data = { usageId, callType: "user_out", direction: "outbound", user: "ada", from: "+4930901820", to: "+4930227320" };
  const event = (type: string, more: object): object => ({
    specversion: "1.0",
    id: `${usageId}:${type}`,
    source: "/switch/journey",
    type: `telephony.call.${type}.v1`,
    data: { ...data, ...more },
  });
  const decision = await send<Decision>("POST", "authorize", event("authorize", {}));
  if (decision.decision === "deny") return decision;
  const endedAt = await now();
  const ended = event("ended", {
    answeredAt: new Date(endedAt - minutes * 60_000).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
  });
  const { positions } = await send<IngestResult>("POST", "events", [ended]);
  seen = positions[0]?.seq ?? 0;
  return decision;
}

test("buy, assign, call until the pool is empty, be refused, switch the option on, call again, read the overage, get the invoice", async () => {
  await api.createAccount("journey", {
    name: "Journey",
    country: "DE",
    currency: "USD",
    agreement: "MCA",
    testClock: "2026-05-02T08:00:00Z",
  });
  // PG-2: what is tagged, what it will cost, the order; the option is Off afterwards.
  const order = (product: string): object => ({
    product,
    licences: 1,
    term: "P1Y",
    billingFrequency: "monthly",
    unitPrice: product === "teams-phone-standard" ? "8.00" : "6.00",
  });
  const review = await send<{ product: string }>("POST", "orders/review", order("calling-plan-domestic-120"));
  expect(review).toMatchObject({ product: "calling-plan-domestic-120" });
  await send("POST", "subscriptions", { subscription: "phone", ...order("teams-phone-standard") });
  const bought = await send<{ result: Record<string, unknown> }>("POST", "subscriptions", {
    subscription: "plan",
    ...order("calling-plan-domestic-120"),
  });
  expect(bought.result).toMatchObject({ subscription: "plan", payAsYouGo: "OFF" });
  await send("PUT", "users/ada", { displayName: "Ada", usageLocation: "DE" });
  await send("POST", "subscriptions/phone/assignments", { users: ["ada"] });
  await send("POST", "subscriptions/plan/assignments", { users: ["ada"] });

  expect(await call("first", 119)).toMatchObject({ decision: "allow", funding: [{ source: "POOL" }] });
  expect(await call("last-minute", 1)).toMatchObject({ decision: "allow" });
  const { pools } = await api.get<PoolsView>(`${account}/pools?after=${seen}`);
  expect(pools).toMatchObject([{ totalMinutes: 120, usedMinutes: 120, availableMinutes: 0, state: "EXHAUSTED" }]);
  // CP-13, D5: the last check that failed is the option's.
  expect(await call("refused", 10)).toMatchObject({ decision: "deny", reason: "payAsYouGoOff" });
  await send("PUT", "subscriptions/plan/pay-as-you-go", { on: true });
  expect(await call("over", 10)).toMatchObject({ decision: "allow", funding: [{ source: "OVERAGE" }] });

  // 10 × 0.015
  const { subscriptions } = await api.get<SubscriptionsView>(`${account}/subscriptions?after=${seen}`);
  expect(subscriptions.find(({ subscription }) => subscription === "plan")).toMatchObject({
    overageThisMonth: "0.15",
    payAsYouGo: "ON",
  });

  await send("POST", "test-clock", { to: "2026-06-04T00:01:00Z" });
  const { invoices } = await api.get<{ invoices: InvoiceListItem[] }>(`${account}/invoices`);
  const listed = invoices.find(({ number }) => number !== null);
  expect(listed).toMatchObject({ number: "MAIN-000001", invoiceDate: "2026-06-01", total: "14.15", state: "ISSUED" });
  const address = `${account}/invoices/${encodeURIComponent(listed?.invoice ?? "")}`;
  const invoice = await api.get<Invoice>(address);
  expect(invoice.lines.map(({ kind, subscription, net }) => [kind, subscription, net])).toEqual([
    ["licence", "phone", "8.00"],
    ["licence", "plan", "6.00"],
    ["overage", "plan", "0.15"],
  ]);
  const line = invoice.lines.at(-1)?.line ?? "";
  const { calls } = await api.get<{ calls: { usageId: string; charge: string }[] }>(
    `${address}/lines/${encodeURIComponent(line)}/calls`,
  );
  expect(calls).toMatchObject([{ usageId: "over", charge: "0.15" }]);
  expect((await api.getText(`${address}/invoice.pdf`)).startsWith("%PDF-1.7")).toBe(true);
});
