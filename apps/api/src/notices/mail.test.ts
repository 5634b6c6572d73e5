import type { AccountId } from "@tollbook/contracts/units.ts";
import type { OutboxNotice } from "@tollbook/contracts/outbox.ts";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { outboxStream, outboxSubject } from "@tollbook/contracts/outbox.ts";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openSession } from "../directory/people.ts";
import { sessionCookieName } from "../session-cookie.ts";
import type { Language } from "../directory/entries.ts";
import type { OutboxConfig } from "../outbox/outbox-config.ts";
import { readMail, startTestSmtp, type TestSmtp } from "../testing/smtp-server.ts";
import { createApi } from "../create-api.ts";
import { startTestApi, testConfig, until, type TestApi } from "../testing/start-test-api.ts";

/** Notices as people get them, through a real SMTP server. */
let smtp: TestSmtp;
let outbox: OutboxConfig;
let api: TestApi;
let key: string;
beforeAll(async () => {
  smtp = await startTestSmtp();
  const mailFrom = "Tollbook <billing@tollbook.test>";
  outbox = { smtpUrl: smtp.url, mailFrom, stripe: null, testProvider: true, webhooksAnywhere: true };
  api = await startTestApi({ config: { outbox } });
  key = await api.key("*", ["admin"]);
}, 60_000);
afterAll(async () => {
  await api.close();
  await smtp.close();
});
beforeEach(() => {
  smtp.refuse = () => null;
});

async function member(account: string, email: string, roles: readonly string[], language?: Language): Promise<void> {
  await api.directory.changePerson(email, () => ({
    email,
    displayName: email,
    passwordHash: "",
    operator: false,
    memberships: [{ account, roles: [...roles] }],
    ...(language === undefined ? {} : { language }),
  }));
}

let commands = 0;
async function command(account: string, type: string, data: object): Promise<void> {
  const headers = { "idempotency-key": `mail-test-${++commands}` };
  const answer = await api.call("POST", `/v1/accounts/${account}/commands`, { key, headers, body: { type, data } });
  expect(`${answer.status} ${answer.text}`).toMatch(/^200 /);
}

async function organisation(account: string, facts: object = {}): Promise<void> {
  const body = { account, name: "Acme & Sons", country: "DE", currency: "EUR", agreement: "MOSA", ...facts };
  expect((await api.call("POST", "/v1/accounts", { key, body })).status).toBe(201);
}

async function card(account: string, token: string): Promise<void> {
  const facts = { brand: "Visa", last4: "4242", expires: "2031-05", holder: "Ada", country: "DE" };
  await command(account, "paymentMethod.add", { method: "card", provider: "test", token, ...facts });
  await command(account, "billingProfile.setPaymentMethod", { profile: "main", method: "card" });
}

const mailsTo = (email: string) => smtp.mails.filter(({ to }) => to === email).map(({ raw }) => readMail(raw));

/** As the meter publishes it. */
async function publish(notice: Omit<OutboxNotice, "kind" | "position" | "people" | "at"> & { people?: string[] }): Promise<void> {
  const message: OutboxNotice = { kind: "notice", position: { partition: 0, epoch: 1, seq: 1 }, people: [], at: 0, ...notice };
  await jetstream(api.stack.nc).publish(outboxSubject(notice.account as AccountId), JSON.stringify(message));
}

const waiting = async (): Promise<number | null> => {
  const { body } = await api.call("GET", "/v1/outbox", { key });
  const stages = body["stages"] as unknown as { stage: string; waiting: number | null }[];
  return stages.find(({ stage }) => stage === "mail")?.waiting ?? null;
};

it("CC-8: recharge succeeded, in the words of the documents, to the roles of the long list and to nobody else, each in his language", async () => {
  await organisation("recharged");
  await card("recharged", "test_ok");
  await member("recharged", "helpdesk@acme.test", ["helpdeskAdmin"], "de");
  await member("recharged", "teams@acme.test", ["teamsAdmin"], "da");
  await member("recharged", "billing@acme.test", ["billingAdmin"]);
  await member("recharged", "reader@acme.test", ["reportReader"]);
  await member("elsewhere", "foreign@acme.test", ["globalAdmin"]);
  await command("recharged", "credits.autoRecharge", { on: true, trigger: "10.00", recharge: "50.00" });
  await until(
    async () =>
      mailsTo("helpdesk@acme.test").length + mailsTo("teams@acme.test").length + mailsTo("billing@acme.test").length === 3,
  );
  expect(mailsTo("helpdesk@acme.test")[0]).toMatchObject({
    subject: expect.stringMatching(/^Ihr Kommunikationsguthaben wurde um 50,00\s€ aufgeladen$/),
    text: expect.stringContaining("Durch automatisches Aufladen wurden Ihrem Kommunikationsguthaben 50,00\u00A0€ hinzugefügt."),
  });
  expect(mailsTo("teams@acme.test")[0]?.subject).toMatch(/^Dine kommunikationskreditter er fyldt op med 50,00\s€$/);
  expect(mailsTo("billing@acme.test")[0]?.text).toContain("The balance is now €50.00.");
  await until(async () => (await waiting()) === 0);
  expect(smtp.mails.map(({ to }) => to)).not.toContain("reader@acme.test");
  expect(smtp.mails.map(({ to }) => to)).not.toContain("foreign@acme.test");
});

it("CC-8, PM-3: recharge failed says why and when it is tried again; the product shows the same, newest first", async () => {
  await organisation("failed");
  await card("failed", "test_expired");
  await member("failed", "ada@failed.test", ["billingAdmin"]);
  await command("failed", "credits.autoRecharge", { on: true, trigger: "10.00", recharge: "50.00" });
  await until(async () => mailsTo("ada@failed.test").length === 1);
  const [mail] = mailsTo("ada@failed.test");
  expect(mail?.subject).toBe("Auto-recharge of your Communications Credits failed");
  expect(mail?.text).toMatch(/€50\.00 could not be charged: the card has expired\./);
  expect(mail?.text).toMatch(/The next attempt is on \d+ \w+ \d{4} at \d\d:\d\d UTC/);
  const listed = await api.call("GET", "/v1/accounts/failed/notices?language=de", { key });
  expect(listed.body["notices"]).toMatchObject([
    {
      notice: "credits.rechargeFailed",
      subject: "Das automatische Aufladen Ihres Kommunikationsguthabens ist fehlgeschlagen",
      data: { amount: "50.00", currency: "EUR", reason: "the card has expired" },
    },
  ]);
});

it("in the product everybody reads what his roles let him see and what names him, page by page", async () => {
  await organisation("read");
  const roles = { "billing@read.test": ["billingAdmin"], "teams@read.test": ["teamsAdmin"], "named@read.test": [] };
  for (const [email, held] of Object.entries(roles)) await member("read", email, held);
  await card("read", "test_declined");
  await command("read", "credits.topUp", { amount: "50.00" });
  await command("read", "credits.topUp", { amount: "60.00" });
  const read = async (
    email: string,
    query = "",
  ): Promise<{ notices: { notice: string; data: { amount: string } }[]; next: string | null }> => {
    const person = api.directory.person(email);
    if (person === null) throw new Error(`there is no ${email}`);
    const { token } = await openSession(api.directory, person, new Date());
    const headers = { cookie: `${sessionCookieName(false)}=${token}` };
    await until(async () => (await api.call("GET", "/v1/session", { headers })).status === 200);
    const answer = await api.call("GET", `/v1/accounts/read/notices${query}`, { headers });
    expect(`${answer.status} ${answer.text}`).toMatch(/^200 /);
    return answer.body as never;
  };
  await until(async () => (await read("billing@read.test")).notices.length === 2);
  expect((await read("billing@read.test")).notices.map(({ notice, data }) => [notice, data.amount])).toEqual([
    ["payment.failed", "60.00"],
    ["payment.failed", "50.00"],
  ]);
  const first = await read("billing@read.test", "?limit=1");
  expect(first.notices).toHaveLength(1);
  const second = await read("billing@read.test", `?limit=1&cursor=${first.next}`);
  expect(second.notices.map(({ data }) => data.amount)).toEqual(["50.00"]);
  expect(second.next).toBeNull();
  expect((await read("teams@read.test")).notices).toEqual([]);
  expect((await read("named@read.test")).notices).toEqual([]);
});

it("a mail that the server cannot take now comes later, once; those who have it do not get it again", async () => {
  await organisation("later");
  await member("later", "first@later.test", ["globalAdmin"]);
  await member("later", "second@later.test", ["globalAdmin"]);
  let tries = 0;
  smtp.refuse = (to) => (to === "second@later.test" && ++tries < 3 ? 451 : null);
  const data = { balance: "0.00", currency: "EUR" };
  await publish({ id: "later-1", account: "later", notice: "credits.zero", key: "k", data });
  await until(async () => mailsTo("second@later.test").length === 1);
  expect(tries).toBe(3);
  expect(mailsTo("first@later.test")).toHaveLength(1);
});

it("published twice by the meter, a notice is mailed once", async () => {
  await organisation("twice");
  await member("twice", "ada@twice.test", ["globalAdmin"]);
  const notice = {
    id: "twice-1",
    account: "twice",
    notice: "credits.zero" as const,
    key: "k",
    data: { balance: "0.00", currency: "EUR" },
  };
  await publish(notice);
  await publish(notice);
  await publish({ ...notice, id: "twice-2" });
  await until(async () => (await waiting()) === 0);
  expect(mailsTo("ada@twice.test")).toHaveLength(2);
});

it("two API processes share the work: forty notices, each published twice, are forty mails", async () => {
  await organisation("shared");
  await member("shared", "ada@shared.test", ["globalAdmin"]);
  const second = await createApi({ ...testConfig(api.stack), outbox });
  const data = { balance: "0.00", currency: "EUR" };
  for (let i = 0; i < 80; i++)
    await publish({ id: `shared-${i % 40}`, account: "shared", notice: "credits.zero", key: "k", data });
  await until(async () => mailsTo("ada@shared.test").length >= 40 && (await waiting()) === 0);
  await second.close();
  const ids = mailsTo("ada@shared.test").map(({ messageId }) => messageId);
  expect([ids.length, new Set(ids).size]).toEqual([40, 40]);
});

it("a consumer that somebody has deleted is made again, and nothing that was mailed is mailed again", async () => {
  await organisation("deleted");
  await member("deleted", "ada@deleted.test", ["globalAdmin"]);
  const notice = { account: "deleted", notice: "credits.zero" as const, key: "k", data: { balance: "0.00", currency: "EUR" } };
  await publish({ ...notice, id: "deleted-1" });
  await until(async () => mailsTo("ada@deleted.test").length === 1);
  const before = smtp.mails.length;
  await (await jetstreamManager(api.stack.nc)).consumers.delete(outboxStream, "mail");
  await publish({ ...notice, id: "deleted-2" });
  await until(async () => mailsTo("ada@deleted.test").length === 2);
  await until(async () => (await waiting()) === 0);
  expect(smtp.mails.length).toBe(before + 1);
}, 60_000);

it("an address that is refused for good waits for a person, who can have it tried again", async () => {
  await organisation("refused");
  await member("refused", "gone@refused.test", ["globalAdmin"]);
  smtp.refuse = (to) => (to === "gone@refused.test" ? 550 : null);
  await publish({
    id: "refused-1",
    account: "refused",
    notice: "credits.zero",
    key: "k",
    data: { balance: "0.00", currency: "EUR" },
  });
  const parked = async (): Promise<{ stage: string; seq: number; account: string; reason: string }[]> =>
    (await api.call("GET", "/v1/outbox", { key })).body["parked"] as never;
  await until(async () => (await parked()).length === 1);
  const [message] = await parked();
  expect(message).toMatchObject({ stage: "mail", account: "refused", reason: expect.stringContaining("550") });
  smtp.refuse = () => null;
  const again = await api.call("POST", `/v1/outbox/parked/mail/${message?.seq}/retry`, { key });
  expect(again.body).toEqual({ outcome: "sent" });
  expect(mailsTo("gone@refused.test")).toHaveLength(1);
  expect(await parked()).toEqual([]);
});

it("CM-4: a notice to people it names goes to them, by address or by user, and to no role", async () => {
  await organisation("named");
  await member("named", "admin@named.test", ["globalAdmin", "billingAdmin"]);
  await command("named", "user.set", { user: "u1", displayName: "U1", userPrincipalName: "u1@named.test", usageLocation: "DE" });
  const data = {
    budget: "b1",
    name: "Calls",
    threshold: "80",
    basis: "actual",
    spent: "80.00",
    amount: "100.00",
    currency: "EUR",
    period: "2027-01",
  };
  await publish({
    id: "named-1",
    account: "named",
    notice: "budget.threshold",
    key: "k",
    data,
    people: ["owner@named.test", "u1"],
  });
  await until(async () => mailsTo("owner@named.test").length === 1 && mailsTo("u1@named.test").length === 1);
  expect(mailsTo("u1@named.test")[0]).toMatchObject({ subject: "Budget Calls: 80 % reached" });
  await until(async () => (await waiting()) === 0);
  expect(mailsTo("admin@named.test")).toEqual([]);
});

it("IN-3: an invoice goes to its profile's people and the organisation's contact, with the PDF where the profile wants it", async () => {
  await organisation("invoiced", { agreement: "MCA", testClock: "2027-01-01T00:00:00Z" });
  await member("invoiced", "manager@invoiced.test", ["invoiceManager:main"]);
  await member("invoiced", "other@invoiced.test", ["invoiceManager:emea"]);
  const address = { name: "Acme", line1: "Street 1", city: "Berlin", postalCode: "10115", country: "DE" };
  await command("invoiced", "billingProfile.set", {
    profile: "main",
    emailPdf: true,
    billTo: { ...address, email: "accounts@invoiced.test" },
  });
  const terms = { term: "P1Y", billingFrequency: "monthly", unitPrice: "10.00", licences: 2 };
  await command("invoiced", "subscription.buy", { subscription: "s1", product: "teams-phone-standard", ...terms });
  const moved = await api.call("POST", "/v1/accounts/invoiced/test-clock", { key, body: { to: "2027-02-05T00:00:00Z" } });
  expect(`${moved.status} ${moved.text}`).toMatch(/^200 /);
  await until(async () => mailsTo("manager@invoiced.test").length > 0 && mailsTo("accounts@invoiced.test").length > 0);
  expect(mailsTo("manager@invoiced.test")[0]?.subject).toMatch(/^Invoice .*000001 over €20\.00$/);
  const raw = smtp.mails.find(({ to }) => to === "manager@invoiced.test")?.raw ?? "";
  const pdf = /Content-Type: application\/pdf[^]*?\r\n\r\n([^]*?)\r\n--/.exec(raw)?.[1] ?? "";
  expect(Buffer.from(pdf, "base64").subarray(0, 5).toString()).toBe("%PDF-");
  expect(mailsTo("other@invoiced.test")).toEqual([]);
}, 60_000);
