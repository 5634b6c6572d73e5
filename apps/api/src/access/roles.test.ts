import { jetstreamManager } from "@nats-io/jetstream";
import type { Command } from "@tollbook/contracts/commands.ts";
import { meterCommandsSubject, meterStream, partitionOf } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operator, startTestApi, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import { sessionOf, signIn, type SignedIn } from "../testing/people.ts";

/** What roles come to, with the real rules: whose subscription, whose profile, whose numbers. Who may at all is matrix.txt's. */

let api: TestApi;
let runs: SignedIn;
beforeAll(async () => {
  api = await startTestApi();
  runs = await sessionOf(api, operator.email);
  await runs.call("POST", "/v1/accounts", { account: "acme", name: "Acme", country: "DE", currency: "EUR", agreement: "MCA" });
  const set = async (method: string, path: string, body: unknown): Promise<void> => {
    const answer = await runs.call(method, at(path), body, { "idempotency-key": `set-${method}-${path}` });
    expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
  };
  await set("PUT", "billing-accounts/second", { displayName: "Second" });
  await set("PUT", "billing-profiles/emea", { displayName: "EMEA", billingAccount: "second" });
  await set("PUT", "users/ada", {
    displayName: "Ada",
    userPrincipalName: "ada@acme.test",
    usageLocation: "DE",
    department: "Sales",
  });
  await set("PUT", "users/bob", { displayName: "Bob", userPrincipalName: "bob@acme.test", usageLocation: "DE" });
  for (const [subscription, product, profile] of [
    ["phone", "teams-phone-standard", "main"],
    ["plan-main", "calling-plan-domestic-120", "main"],
    ["plan-emea", "calling-plan-domestic-120", "emea"],
  ]) {
    const order = { subscription, product, profile, licences: 5, term: "P1Y", billingFrequency: "monthly", unitPrice: "2.00" };
    await runs.call("POST", at("subscriptions"), order, { "idempotency-key": `buy-${subscription}` });
  }
  await runs.call("POST", at("subscriptions/phone/assignments"), { users: ["ada"] });
  await runs.call("POST", at("subscriptions/plan-main/assignments"), { users: ["ada"] });
});
afterAll(async () => await api.close());

const at = (path: string): string => `/v1/accounts/acme/${path}`;
const problem = (answer: TestAnswer): unknown[] => [answer.status, answer.body["code"], answer.body["detail"]];
const as = async (...roles: string[]): Promise<SignedIn> =>
  await signIn(api, `${roles.join("-").replaceAll(":", "-").toLowerCase() || "member"}@acme.test`, "acme", roles);
const toggle = async (who: SignedIn, subscription: string): Promise<TestAnswer> =>
  await who.call("PUT", at(`subscriptions/${subscription}/pay-as-you-go`), { on: true });
const subscriptionsOf = async (who: SignedIn): Promise<{ subscription: string; assignedUsers: string[] }[]> =>
  (await who.call("GET", at("subscriptions"))).body["subscriptions"] as unknown as {
    subscription: string;
    assignedUsers: string[];
  }[];

describe("PG-1: pay-as-you-go", () => {
  it("is refused to a billing account reader, a Teams and a License administrator, with the roles that are missing", async () => {
    for (const role of ["billingAccountReader", "teamsAdmin", "licenceAdmin"])
      expect(problem(await toggle(await as(role), "plan-main"))).toEqual([
        403,
        "forbidden",
        "Switch the pay-as-you-go option: this needs one of the roles Billing account owner, Billing account contributor, " +
          "Billing profile owner, Billing profile contributor, Global administrator, Billing administrator.",
      ]);
  });

  it("goes by a Billing administrator's automatic access until that is taken away, then by a billing role beside it", async () => {
    const admin = await as("billingAdmin");
    await as("billingAccountOwner");
    expect((await toggle(admin, "plan-main")).status).toBe(200);
    expect((await runs.call("PUT", at("billing-access"), { ofAdmins: false })).status).toBe(200);
    expect(problem(await toggle(admin, "plan-main"))).toEqual([
      403,
      "forbidden",
      "Switch the pay-as-you-go option: this needs one of the roles Billing account owner, Billing account contributor, " +
        "Billing profile owner, Billing profile contributor.",
    ]);
    expect((await toggle(await as("billingAdmin", "billingAccountContributor"), "plan-main")).status).toBe(200);
    expect((await runs.call("PUT", at("billing-access"), { ofAdmins: true })).status).toBe(200);
    expect((await toggle(admin, "plan-main")).status).toBe(200);
  });

  it("by a role of one billing profile or account: there, and nowhere else", async () => {
    const emea = await as("billingProfileContributor:emea");
    const second = await as("billingAccountContributor:second");
    for (const who of [emea, second]) {
      expect((await toggle(who, "plan-emea")).status).toBe(200);
      expect((await who.call("GET", at("subscriptions/plan-emea/pay-as-you-go"))).body["state"]).toBe("ON");
      expect((await who.call("GET", at("subscriptions/plan-main/pay-as-you-go"))).status).toBe(404);
      expect(problem(await toggle(who, "plan-main"))).toEqual([
        403,
        "forbidden",
        expect.stringContaining("(subscription plan-main)"),
      ]);
      // Whether there is such a subscription is none of his business either.
      expect((await toggle(who, "no-such")).status).toBe(403);
    }
  });
});

describe("roles of one billing profile", () => {
  it("see its subscriptions, its cards and itself, and no names of people", async () => {
    const reader = await as("billingProfileReader:emea");
    expect(await subscriptionsOf(reader)).toMatchObject([{ subscription: "plan-emea", assignedUsers: [] }]);
    const { body } = await reader.call("GET", at("billing"));
    expect(body["billingProfiles"]).toMatchObject([{ profile: "emea" }]);
    expect(body["billingAccounts"]).toMatchObject([{ billingAccount: "second" }]);
    expect((await subscriptionsOf(await as("billingAccountReader"))).map(({ subscription }) => subscription)).toEqual([
      "phone",
      "plan-main",
      "plan-emea",
    ]);
  });

  it("buy on it alone: without a profile it would be main's", async () => {
    const owner = await as("billingProfileOwner:emea");
    const order = { product: "calling-plan-domestic-120", licences: 1, term: "P1Y", billingFrequency: "monthly" };
    const buy = async (id: string, more: object): Promise<number> =>
      (await owner.call("POST", at("subscriptions"), { subscription: id, ...order, ...more }, { "idempotency-key": id })).status;
    expect(await buy("e-1", { profile: "emea" })).toBe(200);
    expect([await buy("e-2", { profile: "main" }), await buy("e-3", {})]).toEqual([403, 403]);
  });

  it("do not move another profile into their billing account, and do not make one elsewhere", async () => {
    const owner = await as("billingAccountOwner:second");
    const put = async (profile: string, body: object): Promise<number> =>
      (await owner.call("PUT", at(`billing-profiles/${profile}`), body)).status;
    expect(await put("main", { billingAccount: "second" })).toBe(403);
    expect(await put("apac", { billingAccount: "main", displayName: "APAC" })).toBe(403);
    expect(await put("apac", { displayName: "APAC" })).toBe(403);
    expect(await put("apac", { billingAccount: "second", displayName: "APAC" })).toBe(200);
  });

  it("pay its invoices and no others: whose an invoice is, the meter knows", async () => {
    const manager = await as("invoiceManager:emea");
    const pay = async (invoice: string): Promise<unknown> => {
      const command = { type: "invoice.pay", data: { invoice, reference: "transfer" } };
      return (await manager.call("POST", at("commands"), command, { "idempotency-key": `pay-${invoice}` })).body["code"];
    };
    const drafts = (await runs.call("GET", at("invoices"))).body["invoices"] as unknown as {
      invoice: string;
      billingProfile: string;
    }[];
    const draftOf = (profile: string): string => drafts.find((one) => one.billingProfile === profile)?.invoice ?? "";
    // Not closed yet: the fold's word, which comes only to who may pay it.
    expect([await pay(draftOf("emea")), await pay(draftOf("main"))]).toEqual(["unknownInvoice", "forbidden"]);
    expect((await manager.call("GET", at(`invoices/${encodeURIComponent(draftOf("emea"))}`))).status).toBe(200);
    expect((await manager.call("GET", at(`invoices/${encodeURIComponent(draftOf("main"))}`))).status).toBe(404);
  });

  it("say nothing about what is the whole organisation's: credits, settings, budgets", async () => {
    const owner = await as("billingProfileOwner:emea", "billingAccountOwner:second");
    const given = async (type: string, data: object): Promise<number> =>
      (await owner.call("POST", at("commands"), { type, data }, { "idempotency-key": type })).status;
    expect(await given("credits.topUp", { amount: "50.00", profile: "emea" })).toBe(403);
    expect(await given("account.settings", { agreement: "MOSA" })).toBe(403);
    expect(await given("budget.delete", { budget: "b" })).toBe(403);
    expect((await owner.call("GET", at("credits"))).status).toBe(403);
  });
});

describe("§10: License, User and Teams administrators", () => {
  const set = async (who: SignedIn, user: string, more: object): Promise<TestAnswer> =>
    await who.call("PUT", at(`users/${user}`), { displayName: "Bob", usageLocation: "DE", ...more });

  it("a License administrator assigns licences and sets the usage location of who is there, and changes nothing else", async () => {
    const licences = await as("licenceAdmin");
    expect((await licences.call("POST", at("subscriptions/phone/assignments"), { users: ["bob"] })).status).toBe(200);
    expect((await licences.call("DELETE", at("subscriptions/phone/assignments"), { users: ["bob"] })).status).toBe(200);
    expect((await set(licences, "bob", { usageLocation: "FR" })).status).toBe(200);
    expect((await set(licences, "bob", { displayName: "Robert", usageLocation: "FR" })).status).toBe(403);
    expect((await set(licences, "carl", {})).status).toBe(403);
    expect((await set(licences, "bob", { usageLocation: "FR", numbers: ["+4930901821"] })).status).toBe(403);
    expect((await licences.call("PUT", at("subscriptions/phone/licences"), { total: 9 })).status).toBe(403);
  });

  it("a User administrator creates people without numbers; numbers are the Teams administrator's, who creates nobody", async () => {
    const users = await as("userAdmin");
    expect((await set(users, "carl", { displayName: "Carl" })).status).toBe(200);
    expect(problem(await set(users, "carl", { displayName: "Carl", numbers: ["+4930901822"] }))).toEqual([
      403,
      "forbidden",
      expect.stringMatching(/^Numbers, calling policies.*Global administrator, Teams administrator/),
    ]);
    const teams = await as("teamsAdmin");
    expect((await set(teams, "carl", { displayName: "Carl", numbers: ["+4930901822"] })).status).toBe(200);
    expect((await set(teams, "carl", { displayName: "Carlos" })).status).toBe(403);
    expect((await set(teams, "dan", { displayName: "Dan" })).status).toBe(403);
    expect((await teams.call("PUT", at("users/carl/policy"), { allowTollFree: false })).status).toBe(200);
  });
});

describe("§10: Global reader", () => {
  it("reads totals without anybody's own pool or name", async () => {
    const order = { product: "calling-plan-domestic-120-personal", licences: 1, term: "P1Y", billingFrequency: "monthly" };
    await runs.call("POST", at("subscriptions"), { subscription: "own-pool", ...order }, { "idempotency-key": "own-pool" });
    for (const subscription of ["phone", "own-pool"])
      await runs.call("POST", at(`subscriptions/${subscription}/assignments`), { users: ["bob"] });
    const users = async (who: SignedIn): Promise<unknown[]> =>
      ((await who.call("GET", at("pools"))).body["pools"] as unknown as { user: string | null }[]).map(({ user }) => user);
    expect(new Set(await users(await as("reportReader")))).toEqual(new Set(["bob", null]));
    const reader = await as("globalReader");
    expect(await users(reader)).toEqual([null]);
    for (const path of ["summary", "pools", "subscriptions"])
      expect([path, (await reader.call("GET", at(path))).text]).not.toEqual([
        path,
        expect.stringMatching(/\bada\b|\bbob\b|Ada|Bob/),
      ]);
    for (const path of ["users", "users/ada", "calls", "calls.csv", "live-calls", "pools?user=ada", "usage-series?user=ada"])
      expect([path, (await reader.call("GET", at(path))).status]).toEqual([path, 403]);
    expect((await reader.call("GET", at("usage-series"))).status).toBe(200);
  });
});

describe("SS-1, SS-8: a self-service buyer", () => {
  it("sees and manages what he bought for himself; nobody else's, and the organisation's admins not his", async () => {
    const ada = await signIn(api, "ada@acme.test", "acme", []);
    const bob = await signIn(api, "bob@acme.test", "acme", []);
    const admin = await as("globalAdmin", "billingAccountOwner");
    expect(await subscriptionsOf(ada)).toEqual([]);
    const order = { product: "calling-plan-domestic-120", licences: 1, term: "P1M", billingFrequency: "monthly" };
    const buy = async (who: SignedIn, id: string, more: object): Promise<TestAnswer> =>
      await who.call("POST", at("subscriptions"), { subscription: id, ...order, ...more }, { "idempotency-key": id });
    expect(problem(await buy(ada, "for-all", {}))).toEqual([403, "forbidden", expect.stringContaining("Buy subscriptions")]);
    // The fold's word, which knows that ada is not bob.
    expect(problem(await buy(bob, "for-ada", { buyer: "ada" }))).toEqual([422, "forbidden", expect.stringContaining("ada")]);
    const card = {
      method: "adas",
      provider: "test",
      token: "ok",
      brand: "visa",
      last4: "4242",
      expires: "2030-01",
      holder: "Ada",
      country: "DE",
    };
    expect((await ada.call("POST", at("payment-methods"), card)).status).toBe(200);
    const own = await buy(ada, "adas-own", { product: "teams-phone-standard", buyer: "ada", paymentMethod: "adas" });
    expect([own.status, own.text]).toEqual([200, expect.any(String)]);
    expect(await subscriptionsOf(ada)).toMatchObject([{ subscription: "adas-own" }]);
    expect(await subscriptionsOf(bob)).toEqual([]);
    const total = async (who: SignedIn): Promise<number> =>
      (await who.call("PUT", at("subscriptions/adas-own/licences"), { total: 2 })).status;
    expect([await total(bob), await total(ada), await total(admin)]).toEqual([403, 200, 422]);
    for (const path of ["summary", "credits", "users", "members", "calls", "billing"])
      expect([path, (await ada.call("GET", at(path))).status]).toEqual([path, 403]);
  });
});

it("nobody makes his own price: what was agreed is the seller's word, whatever role one has", async () => {
  const owner = await as("billingAccountOwner", "globalAdmin");
  const order = { product: "calling-plan-domestic-120", licences: 1, term: "P1Y", billingFrequency: "monthly" };
  const bargain = { subscription: "bargain", ...order, unitPrice: "0.01" };
  expect(problem(await owner.call("POST", at("subscriptions"), bargain, { "idempotency-key": "bargain" }))).toEqual([
    403,
    "forbidden",
    "unitPrice of subscription.buy is set by an operator of the installation.",
  ]);
  const discount = { label: "Mine", percent: "99", on: "all" };
  expect((await owner.call("PUT", at("billing-profiles/main"), { discount })).status).toBe(403);
  expect((await owner.call("PUT", at("billing-profiles/main"), { purchaseOrder: "PO 1" })).status).toBe(200);
  expect((await runs.call("PUT", at("billing-profiles/main"), { discount: { ...discount, percent: "5" } })).status).toBe(200);
});

describe("keys", () => {
  it("name the scope that is missing; what only an operator gives is not for members", async () => {
    const key = await api.key("acme", ["read"]);
    const answer = await api.call("POST", at("credits/top-ups"), { key, body: { amount: "50.00" } });
    expect(problem(answer)).toEqual([403, "forbidden", expect.stringMatching(/this needs an API key with the scope admin\.$/)]);
    const admin = await as("globalAdmin", "billingAccountOwner");
    const data = { subscription: "phone", state: "Disabled" };
    const given = await admin.call("POST", at("commands"), { type: "subscription.setState", data });
    expect(problem(given)).toEqual([403, "forbidden", "subscription.setState is given by an operator of the installation."]);
  });
});

it("CC-7: the command in the log has the roles that the actor held when he gave it", async () => {
  const admin = await as("billingAdmin", "invoiceManager:emea");
  const answer = await admin.call(
    "POST",
    at("credits/goodwill"),
    { amount: "5.00", reason: "an apology" },
    { "idempotency-key": "goodwill" },
  );
  expect(answer.status).toBe(200);
  const partition = partitionOf("acme" as AccountId, 2);
  const subject = meterCommandsSubject(partition, "acme" as AccountId);
  const streams = (await jetstreamManager(api.stack.nc)).streams;
  const message = await streams.getMessage(meterStream(partition), { last_by_subj: subject });
  expect(message?.json<Command>()).toMatchObject({
    type: "credits.goodwill",
    actor: { kind: "person", id: admin.email, roles: ["billingAdmin", "invoiceManager:emea"] },
  });
});
