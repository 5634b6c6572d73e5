import { expect, it } from "vitest";
import type { BelongsView } from "@tollbook/contracts/views.ts";
import { createOrganisation } from "../testing/organisation.ts";
import { createTestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

/** §10: a role of one billing profile holds for what is in it; this view says what that is. */

const card = {
  provider: "test",
  token: "ok",
  brand: "visa",
  last4: "4242",
  expires: "2030-01",
  holder: "Ada",
  country: "DE",
} as const;

function begun() {
  const fold = createTestFold([], "2026-11-01T00:00:00Z");
  const org = createOrganisation(fold, { agreement: "MOSA", country: "DE", currency: "EUR" });
  org.command("billingAccount.set", { billingAccount: "second", displayName: "Second" });
  org.command("billingProfile.set", { profile: "emea", billingAccount: "second" });
  const where = (kind: "subscription" | "invoice" | "payment" | "billingProfile" | "billingAccount", id: string): unknown => {
    const answer = view(fold.state, "acme", { view: "belongs", kind, id });
    if ("error" in answer) return answer.error;
    // The request names the view, so the answer is that view's.
    const { asOf: _asOf, ...place } = answer as BelongsView;
    return place;
  };
  return { fold, org, where };
}
const nobody = { buyer: "", buyerPrincipalName: "" };
const emea = { billingProfile: "emea", billingAccount: "second", ...nobody };
const main = { billingProfile: "main", billingAccount: "main", ...nobody };

it("§10: a subscription and the running invoice are in the profile that pays, a profile in its billing account", () => {
  const { org, where } = begun();
  const order = {
    product: "teams-phone-standard",
    licences: 1,
    term: "P1M",
    billingFrequency: "monthly",
    unitPrice: "8.00",
  } as const;
  org.command("subscription.buy", { subscription: "here", ...order });
  org.command("subscription.buy", { subscription: "there", profile: "emea", ...order });
  expect(where("subscription", "here")).toEqual(main);
  expect(where("subscription", "there")).toEqual(emea);
  expect(where("invoice", "emea/2026-11-01")).toEqual(emea);
  expect(where("billingProfile", "emea")).toEqual(emea);
  expect(where("billingAccount", "second")).toEqual({ billingProfile: "", billingAccount: "second", ...nobody });
});

it("CC-1: credits are the organisation's: their payment is in no profile", () => {
  const { org, where } = begun();
  const [user = ""] = org.users(1, "DE");
  org.command("paymentMethod.add", { method: "card", ...card });
  org.command("billingProfile.setPaymentMethod", { profile: "main", method: "card" });
  org.give("teams-phone-standard", [user]);
  org.give("communications-credits", [user]);
  org.command("credits.topUp", { amount: "50.00" });
  expect(where("payment", "p1")).toEqual({ billingProfile: "", billingAccount: "", ...nobody });
});

it("SS-1: names the buyer, by his id and as he signs in", () => {
  const { fold, org, where } = begun();
  org.command("user.set", { user: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", usageLocation: "DE" });
  org.command("paymentMethod.add", { method: "adas", ...card });
  const order = { product: "teams-phone-standard", licences: 1, term: "P1M", billingFrequency: "monthly" } as const;
  const actor = { kind: "person" as const, id: "ada@acme.test", roles: [] };
  fold.apply({
    kind: "command",
    account: "acme" as never,
    command: {
      commandId: "own",
      type: "subscription.buy",
      actor,
      data: { subscription: "own", buyer: "ada", paymentMethod: "adas", ...order },
    },
    reply: "inbox",
  });
  expect(where("subscription", "own")).toMatchObject({ buyer: "ada", buyerPrincipalName: "ada@acme.test" });
});

it("what is not there is in nothing", () => {
  const { where } = begun();
  for (const kind of ["subscription", "invoice", "payment", "billingProfile", "billingAccount"] as const)
    expect([kind, where(kind, "no-such")]).toEqual([kind, "unknownSubject"]);
});

it("architecture §3: a change of the directory is audited with who made it, and changes nothing else", () => {
  const { fold, org } = begun();
  const events = fold.events.length;
  org.command("directory.changed", { what: "member", subject: "bob@acme.test", before: ["reportReader"], after: null });
  expect(fold.events.slice(events)).toMatchObject([
    { type: "command.directory.changed", outcome: "accepted", actorId: "admin", subject: "bob@acme.test", amountMicros: 0 },
  ]);
});
