/**
 * The demo's two organisations, as the commands that make them: `acme` pays overage after use (MCA, pay-as-you-go switch),
 * `beacon` pays from Communications Credits (MOSA). Users are desks, not people.
 */
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import type { SampleCast } from "./sample-calls.ts";

export type SampleCommand = { [T in CommandType]: { type: T; data: CommandData<T> } }[CommandType];

export interface SampleOrganisation {
  account: string;
  name: string;
  country: string;
  agreement: "MOSA" | "MCA";
  commands: SampleCommand[];
  cast: SampleCast;
}

const DESKS = ["sales", "support", "purchasing", "finance", "dispatch", "reception"];

export function sampleOrganisations(): SampleOrganisation[] {
  return [acme(), beacon()];
}

function acme(): SampleOrganisation {
  const users = desks(4);
  return {
    account: "acme",
    name: "Acme Logistics",
    country: "DE",
    agreement: "MCA",
    cast: {
      users,
      organizers: users.slice(0, 3),
      queue: "queue-service",
      ownNumber: "+4930901820",
      tollNumber: "+4930901899",
      tollFreeNumber: "+498001234567",
    },
    commands: [
      ...testCard("DE"),
      ...people(users, "DE"),
      ...queue("queue-service", "DE"),
      ...licences("phone", "teams-phone-standard", users),
      ...licences("domestic-120", "calling-plan-domestic-120", users.slice(0, 18)),
      ...licences("international", "calling-plan-international", users.slice(18)),
      ...licences("conferencing", "audio-conferencing", users.slice(0, 3)),
      { type: "payAsYouGo.set", data: { subscription: "domestic-120", on: true } },
      { type: "payAsYouGo.set", data: { subscription: "conferencing", on: true } },
      { type: "credits.goodwill", data: { amount: "25.00", reason: "left over from the former agreement" } },
      ...licences("credits", "communications-credits", users),
    ],
  };
}

function beacon(): SampleOrganisation {
  const users = [...desks(2), "alice", "bob", "carol", "poor1"];
  const planned = users.slice(0, 12);
  return {
    account: "beacon",
    name: "Beacon Support",
    // CP-5: pay-as-you-go plans are not sold in the United States, but may be held there when bought elsewhere.
    country: "CA",
    agreement: "MOSA",
    cast: {
      users: planned,
      organizers: planned.slice(0, 2),
      queue: "queue-help",
      ownNumber: "+12065550100",
      tollNumber: "+12065550199",
      tollFreeNumber: "+18005550123",
    },
    commands: [
      ...testCard("CA"),
      ...people(users, "US"),
      ...queue("queue-help", "US"),
      ...licences("phone", "teams-phone-standard", users),
      ...licences("domestic", "calling-plan-domestic-240", planned),
      ...licences("payg", "calling-plan-payg-zone-1", ["alice", "bob", "carol", "poor1"]),
      ...licences("conferencing", "audio-conferencing", planned.slice(0, 2)),
      ...licences("credits", "communications-credits", [...planned, "alice", "bob", "carol"]),
      { type: "credits.topUp", data: { amount: "500.00", reference: "sample payment" } },
      { type: "credits.autoRecharge", data: { on: true, trigger: "100.00", recharge: "200.00" } },
    ],
  };
}

/** A card of the built-in test provider, which charges nobody. */
function testCard(country: string): SampleCommand[] {
  const card = {
    provider: "test",
    token: "test_ok",
    brand: "Visa",
    last4: "4242",
    expires: "2035-12",
    holder: "Sample",
  } as const;
  return [
    { type: "paymentMethod.add", data: { method: "test-card", ...card, country } },
    { type: "billingProfile.setPaymentMethod", data: { profile: "main", method: "test-card" } },
  ];
}

function desks(each: number): string[] {
  return DESKS.flatMap((desk) => Array.from({ length: each }, (_, index) => `${desk}-${index + 1}`));
}

function people(users: readonly string[], usageLocation: string): SampleCommand[] {
  return users.map((user) => {
    const [desk = user, number = ""] = user.split("-");
    const displayName = `${desk.charAt(0).toUpperCase()}${desk.slice(1)}${number === "" ? "" : ` desk ${number}`}`;
    return { type: "user.set", data: { user, displayName, usageLocation, department: number === "" ? "Telephony" : desk } };
  });
}

function queue(user: string, usageLocation: string): SampleCommand[] {
  return [
    { type: "user.set", data: { user, displayName: "Help line", kind: "resourceAccount", usageLocation } },
    ...licences("resource-accounts", "resource-account", [user]),
  ];
}

/** One subscription with a licence for each of the users, assigned twenty at a time (SS-4). */
export function licences(subscription: string, product: string, users: readonly string[]): SampleCommand[] {
  const assignments: SampleCommand[] = [];
  for (let from = 0; from < users.length; from += 20) {
    assignments.push({ type: "licence.assign", data: { subscription, users: users.slice(from, from + 20) } });
  }
  return [
    {
      type: "subscription.buy",
      data: { subscription, product, licences: users.length, term: "P1Y", billingFrequency: "monthly" },
    },
    ...assignments,
  ];
}
