import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { denyReasons } from "@tollbook/contracts/codes.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import { fixFor } from "@tollbook/domain/views/why-view-fixes.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { activateDeck, readDeckFile } from "../../../../tools/cli/src/deck-import.ts";
import { roleNames } from "../access/roles.ts";
import { operator, startTestApi, until, type TestAnswer, type TestApi } from "../testing/start-test-api.ts";
import { sessionOf, signIn, type SignedIn } from "../testing/people.ts";

/** Products over HTTP with the real rules: what the rules say is tested in the domain; here, that every route says it. */

let api: TestApi;
let admin: SignedIn;
let ada: SignedIn;
let folder: string;
let given = 0;
const at = (path: string): string => `/v1/accounts/acme/${path}`;

async function change(who: SignedIn, method: string, path: string, body?: unknown): Promise<TestAnswer> {
  return await who.call(method, at(path), body, { "idempotency-key": `products-${given++}` });
}
async function done(who: SignedIn, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await change(who, method, path, body);
  expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
  return answer.body["result"] as unknown as Record<string, unknown>;
}
const read = async (path: string, who = admin): Promise<TestAnswer> => await who.call("GET", at(path));
const problem = (answer: TestAnswer): unknown[] => [answer.status, answer.body["code"]];

const order = { product: "calling-plan-domestic", licences: 10, term: "P1Y", billingFrequency: "monthly" };

beforeAll(async () => {
  api = await startTestApi();
  folder = mkdtempSync(join(tmpdir(), "tollbook-deck-"));
  writeFileSync(
    join(folder, "deck.csv"),
    "# name=sample\nprefix,destination,country,type,currency,connect_fee,price_per_minute,first_increment_s,next_increment_s\n" +
      "49,Germany,DE,geographic,USD,0,0.015,60,60\n",
  );
  admin = await sessionOf(api, operator.email);
  await admin.call("POST", "/v1/accounts", { account: "acme", name: "Acme", country: "DE", currency: "USD", agreement: "MCA" });
  for (const user of ["ada", "bob"])
    await done(admin, "PUT", `users/${user}`, {
      displayName: user,
      userPrincipalName: `${user}@acme.test`,
      usageLocation: "DE",
    });
  const phone = { subscription: "phone", product: "teams-phone-standard", licences: 5, term: "P1Y", billingFrequency: "monthly" };
  await done(admin, "POST", "subscriptions", phone);
  await done(admin, "POST", "subscriptions/phone/assignments", { users: ["ada", "bob"] });
  ada = await signIn(api, "ada@acme.test", "acme", []);
}, 60_000);
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the catalogue", () => {
  it("PG-2, RT-10: products under their headings with tags, prices and minutes per country", async () => {
    const answer = await ada.call("GET", "/v1/catalogue");
    expect(answer.status).toBe(200);
    const families = answer.body["families"] as unknown as { name: string; tags: string[]; plans: Record<string, unknown>[] }[];
    const plan = families.flatMap(({ plans }) => plans).find(({ product }) => product === "calling-plan-domestic");
    expect(plan).toMatchObject({ tags: ["PAY-AS-YOU-GO"], prices: [{ currency: "USD", price: "12.00" }] });
    expect(plan?.["minutes"]).toContainEqual({ country: "US", domestic: 3000, international: 0 });
    expect((await api.call("GET", "/v1/catalogue")).status).toBe(401);
  });

  it("CP-3, CC-11: countries, and the licences that each feature needs", async () => {
    const countries = (await ada.call("GET", "/v1/catalogue/countries")).body["countries"] as unknown as { country: string }[];
    expect(countries.find(({ country }) => country === "JP")).toMatchObject({ soldBy: "SoftBank", sold: [] });
    const features = (await ada.call("GET", "/v1/catalogue/features")).body["features"] as unknown as { feature: string }[];
    expect(features.find(({ feature }) => feature === "attendantTransfers")).toMatchObject({
      holder: "resourceAccount",
      needs: [["resource-account"], ["calling-plan-payg-zone-1", "calling-plan-payg-zone-2", "calling-plan-mexico-payg"]],
    });
  });

  it("what the account may buy, and why not", async () => {
    const { body } = await read("catalogue");
    const families = body["families"] as unknown as { plans: { product: string; whyNot: unknown }[] }[];
    const plans = families.flatMap(({ plans: list }) => list);
    expect(plans.find(({ product }) => product === "audio-conferencing-pay-per-minute")).toMatchObject({
      canBuy: false,
      whyNot: { code: "productNotAvailable" },
    });
  });
});

describe("from the review to the end", () => {
  it("PG-2: review, order, the option offered and switched on", async () => {
    const review = await admin.call("POST", at("orders/review"), order);
    expect(review.body).toMatchObject({ hindrance: null, chargedNow: { amount: "120.00" }, next: ["enablePayAsYouGo"] });
    const bad = await admin.call("POST", at("orders/review"), { ...order, product: "fax" });
    expect([bad.status, bad.body["hindrance"]]).toEqual([200, { code: "unknownProduct", detail: "product: fax" }]);
    expect(problem(await admin.call("POST", at("orders/review"), { ...order, licences: 0 }))).toEqual([400, "invalidRequest"]);
    const placed = await done(admin, "POST", "subscriptions", { ...order, subscription: "plan" });
    expect(placed).toMatchObject({ payAsYouGo: "OFF", next: ["enablePayAsYouGo"] });
    expect(await done(admin, "PUT", "subscriptions/plan/pay-as-you-go", { on: true })).toEqual({ from: "OFF", to: "ON" });
  });

  it("SS-4: a dry run tells per user; SB-2, SS-5: cancelled within seven days, then reactivated, then deleted", async () => {
    const users = ["bob", "nobody"];
    expect(await done(admin, "POST", "subscriptions/plan/assignments", { users, dryRun: true })).toMatchObject({
      users: [
        { user: "bob", ok: true },
        { user: "nobody", ok: false, code: "unknownUser" },
      ],
    });
    expect((await read("subscriptions/plan")).body).toMatchObject({ cancellation: { effect: "atOnce" }, licencesFixed: null });
    expect(problem(await change(admin, "POST", "subscriptions/plan/cancellation", {}))).toEqual([400, "invalidRequest"]);
    const cancelled = await done(admin, "POST", "subscriptions/plan/cancellation", { reason: "boughtByMistake" });
    expect(cancelled).toMatchObject({ effect: "atOnce", state: "Disabled" });
    expect((await read("subscriptions/plan")).body["cancelled"]).toMatchObject({ by: operator.email, reason: "boughtByMistake" });
    expect(await done(admin, "POST", "subscriptions/plan/reactivation")).toMatchObject({ state: "Active" });
    expect(await done(admin, "PUT", "subscriptions/plan/recurring-billing", { on: false })).toMatchObject({ to: false });
    expect(await done(admin, "DELETE", "subscriptions/plan")).toMatchObject({ state: "Deleted" });
    expect(problem(await change(admin, "POST", "subscriptions/plan/reactivation"))).toEqual([422, "notReactivatable"]);
    expect((await read("subscriptions/none")).status).toBe(404);
  });

  it("SB-3: a trial, converted", async () => {
    const trial = { ...order, subscription: "trial", product: "audio-conferencing", trial: true };
    expect(await done(admin, "POST", "subscriptions", trial)).toMatchObject({ payAsYouGo: "UNAVAILABLE", next: [] });
    expect(await done(admin, "POST", "subscriptions/trial/conversion")).toMatchObject({ trial: false });
  });
});

describe("self-service", () => {
  it("SS-1, SS-2: a member without any role buys with her own card, and sees what is hers only", async () => {
    const card = { method: "adas", provider: "test", token: "tok_visa", brand: "Visa", last4: "4242", expires: "2040-01" };
    await done(ada, "POST", "payment-methods", { ...card, holder: "Ada", country: "DE" });
    const own = { ...order, subscription: "own", buyer: "ada@acme.test", paymentMethod: "adas" };
    expect(await done(ada, "POST", "subscriptions", own)).toMatchObject({ profile: "self-ada" });
    const forBob = { ...own, subscription: "b", buyer: "bob@acme.test" };
    expect(problem(await change(ada, "POST", "subscriptions", forBob))).toEqual([422, "forbidden"]);
    const seen = (await read("subscriptions", ada)).body["subscriptions"] as unknown as { subscription: string }[];
    expect(seen.map(({ subscription }) => subscription)).toEqual(["own"]);
    expect((await read("subscriptions/own", ada)).body).toMatchObject({ buyer: "ada", billingProfile: "self-ada" });
    expect((await read("subscriptions/phone", ada)).status).toBe(404);
    const filtered = (await read("subscriptions?selfService=true")).body["subscriptions"] as unknown as { buyer: string }[];
    expect(filtered.map(({ buyer }) => buyer)).toEqual(["ada"]);
  });

  it("SS-4, SS-7, SS-8: she assigns, the organisation reads and may not change; the export names users by buyer", async () => {
    await done(ada, "POST", "subscriptions/own/assignments", { users: ["bob"] });
    expect(problem(await change(admin, "DELETE", "subscriptions/own/assignments", { users: ["bob"] }))).toEqual([
      422,
      "selfServiceOwned",
    ]);
    expect((await read("self-service")).body["products"]).toMatchObject([
      {
        product: "calling-plan-domestic",
        available: 9,
        purchases: [{ subscription: "own", buyerName: "ada", price: "12.00", licences: 10, assignedUsers: ["bob"] }],
      },
    ]);
    const reader = await signIn(api, "reader@acme.test", "acme", ["globalReader"]);
    expect((await read("self-service", reader)).body["products"]).toMatchObject([
      { users: [], purchases: [{ assignedUsers: [] }] },
    ]);
    const csv = await read("self-service/users.csv?language=de");
    // Reading it as text takes the byte order mark away.
    expect(csv.text.split("\r\n")).toEqual([
      "Buyer;Buyer id;User;Product;Subscription;State",
      "ada;ada;bob;Domestic Calling Plan;own;Active",
      "",
    ]);
    expect((await read("self-service?mine=true", admin)).body["products"]).toEqual([]);
  });

  it("SS-8, SS-9: taken over, then not allowed any more", async () => {
    await done(admin, "POST", "subscriptions", { ...order, subscription: "org", licences: 1 });
    expect(await done(admin, "POST", "self-service/own/take-over", { to: "org" })).toMatchObject({ moved: 1, state: "Deleted" });
    await done(admin, "PUT", "self-service/policies/calling-plan-domestic", { value: "Disabled" });
    const again = { ...order, subscription: "again", buyer: "ada@acme.test", paymentMethod: "adas" };
    expect(problem(await change(ada, "POST", "subscriptions", again))).toEqual([422, "selfServiceDisabled"]);
    expect(problem(await change(ada, "PUT", "self-service/policies/audio-conferencing", { value: "Enabled" }))).toEqual([
      403,
      "forbidden",
    ]);
  });
});

describe("numbers and calls", () => {
  it("CP-14: reserved, ordered, assigned; the quota is that of the licences", async () => {
    await done(admin, "POST", "numbers/reservations", { order: "first", kind: "user", numbers: ["+4930901820", "+4930901821"] });
    const many = Array.from({ length: 10 }, (_, place) => `+49309018300${place}`);
    expect(
      problem(await change(admin, "POST", "numbers/reservations", { order: "second", kind: "user", numbers: many })),
    ).toEqual([422, "quotaExceeded"]);
    await done(admin, "POST", "numbers/reservations/first/order");
    const assigned = await done(admin, "PUT", "numbers/4930901820/assignment", { to: "user", user: "bob" });
    expect(assigned).toEqual({ status: "UserAssigned" });
    const { body } = await read("numbers");
    expect(body).toMatchObject({ quotas: [{ kind: "user", quota: 11, used: 2, left: 9 }, {}, {}], total: 2 });
    expect(body["numbers"]).toMatchObject([
      { number: "+4930901820", status: "UserAssigned", assignedTo: "bob", country: "DE" },
      { number: "+4930901821", status: "Unassigned" },
    ]);
    await done(admin, "DELETE", "numbers/4930901820/assignment");
    expect(await done(admin, "POST", "numbers/releases", { numbers: ["4930901820"] })).toEqual({ numbers: ["4930901820"] });
  });

  it("why a user cannot call: the check, the fix, who can do it; a deck that is activated is used at once", async () => {
    const before = await read("users/bob/why?to=%2B4930901820");
    expect(before.body).toMatchObject({ decision: "deny", reason: "noRate", plan: { subscription: "org" } });
    await activateDeck(api.stack.nc, readDeckFile(join(folder, "deck.csv")), timeUs(0));
    await until(async () => (await read("users/bob/why?to=4930901820")).body["decision"] === "allow");
    expect((await read("users/bob/why?to=4930901820")).body).toMatchObject({
      reason: "ok",
      pricePerMinute: "0.015",
      pool: { totalMinutes: 1200, availableMinutes: 1200 },
      funding: [{ source: "POOL" }],
    });
    const checks = (await read("users/ada/why?to=33140205050")).body["checks"] as unknown as { result: string }[];
    expect(checks.find(({ result }) => result === "failed")).toMatchObject({
      reason: "noPlan",
      fix: { feature: "internationalCalls", roles: expect.arrayContaining(["globalAdmin"]) },
    });
    expect((await read("users/ada/why?to=112")).body).toMatchObject({ decision: "allow", reason: "emergency" });
    expect((await read("users/ada/why")).status).toBe(400);
    expect((await read("users/bob/why?to=112", ada)).status).toBe(403);
  });

  it("every role that a fix names is one that can be given", () => {
    const named = new Set(denyReasons.flatMap((reason) => fixFor(reason, "paidCalls").roles));
    expect([...named].filter((role) => !(roleNames as readonly string[]).includes(role))).toEqual([]);
  });

  it("edge 27: the organisation leaves", async () => {
    expect(problem(await change(ada, "POST", "offboarding", { reason: "x" }))).toEqual([403, "forbidden"]);
    expect(await done(admin, "POST", "offboarding", { reason: "closed" })).toMatchObject({ forfeited: "0.00" });
    const { subscriptions } = (await read("subscriptions")).body as unknown as { subscriptions: { state: string }[] };
    expect(new Set(subscriptions.map(({ state }) => state))).toEqual(new Set(["Deleted"]));
  });
});
