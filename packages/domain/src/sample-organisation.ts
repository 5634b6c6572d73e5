import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";

/** One command of the sample organisation, without id and actor. */
export type SampleCommand = {
  readonly [T in CommandType]: { readonly account: string; readonly type: T; readonly data: CommandData<T> };
}[CommandType];

/** Who calls in the sample organisation: `tools` plays calls with these. */
export const sampleCast = {
  account: "acme",
  /** Users with a calling plan. */
  users: [] as string[],
  organizers: ["conferences"],
  queue: "support-queue",
  ownNumber: "+4930901820",
  tollNumber: "+493090182000",
  tollFreeNumber: "+498001234567",
};

const PEOPLE: readonly [id: string, displayName: string, department: string][] = [
  ["reception", "Reception", "Office"],
  ["sales-1", "Sales desk 1", "Sales"],
  ["sales-2", "Sales desk 2", "Sales"],
  ["sales-3", "Sales desk 3", "Sales"],
  ["sales-4", "Sales desk 4", "Sales"],
  ["export-1", "Export desk 1", "Sales"],
  ["export-2", "Export desk 2", "Sales"],
  ["purchasing-1", "Purchasing desk 1", "Purchasing"],
  ["purchasing-2", "Purchasing desk 2", "Purchasing"],
  ["support-1", "Support desk 1", "Support"],
  ["support-2", "Support desk 2", "Support"],
  ["support-3", "Support desk 3", "Support"],
  ["support-4", "Support desk 4", "Support"],
  ["finance-1", "Finance desk 1", "Finance"],
  ["finance-2", "Finance desk 2", "Finance"],
  ["workshop", "Workshop", "Production"],
  ["warehouse", "Warehouse", "Production"],
  ["shipping", "Shipping", "Production"],
  ["management", "Management office", "Management"],
  ["conferences", "Conference host", "Management"],
  ["ada", "Field service 1", "Field service"],
  ["ben", "Field service 2", "Field service"],
];
/** Users of the telephone system that the Kamailio recording was made with; they dial all over the world. */
const WORLDWIDE = ["alice", "bob", "carol"];

sampleCast.users.push(...PEOPLE.map(([id]) => id), ...WORLDWIDE);

/**
 * The organisations of `./tollbook demo`, as commands in order. `acme` is the full picture: it came from an older agreement with
 * prepaid credits, which drain first, then pay-as-you-go bills the rest; pools for two plans and for conferences. `globex`
 * still has the older agreement: prepaid credits with auto-recharge.
 */
export function sampleOrganisation(): SampleCommand[] {
  return [...acme(), ...globex()];
}

function acme(): SampleCommand[] {
  const account = sampleCast.account;
  const people = PEOPLE.map(([id]) => id);
  const everyone = [...people, ...WORLDWIDE];
  const travellers = ["export-1", "export-2", "management", "conferences"];
  const domestic = people.filter((id) => !travellers.includes(id));
  return [
    {
      account,
      type: "account.create",
      data: { name: "Acme Pumps", country: "DE", currency: "USD", agreement: "MOSA", timeZone: "Europe/Berlin" },
    },
    ...PEOPLE.map(([user, displayName, department], place): SampleCommand => ({
      account,
      type: "user.set",
      data: {
        user,
        displayName,
        department,
        usageLocation: "DE",
        userPrincipalName: `${user}@acme.example`,
        numbers: [`+4930901820${String(place + 10)}`],
      },
    })),
    ...WORLDWIDE.map((user): SampleCommand => ({
      account,
      type: "user.set",
      data: {
        user,
        displayName: `Gateway ${user}`,
        department: "Telephony",
        usageLocation: "DE",
        userPrincipalName: `${user}@acme.example`,
      },
    })),
    {
      account,
      type: "user.set",
      data: {
        user: sampleCast.queue,
        displayName: "Support queue",
        kind: "resourceAccount",
        usageLocation: "DE",
        department: "Support",
      },
    },
    ...buy(account, "teams-phone", "teams-phone-standard", 30, everyone),
    ...buy(account, "domestic-120", "calling-plan-domestic-120", 20, domestic),
    ...buy(account, "international", "calling-plan-international", 5, travellers),
    ...buy(account, "pay-as-you-go", "calling-plan-payg-zone-2", 5, WORLDWIDE),
    ...buy(account, "conferencing", "audio-conferencing", 5, ["conferences", "management", "sales-1"]),
    ...buy(account, "queue", "resource-account", 1, [sampleCast.queue]),
    ...buy(account, "credits", "communications-credits", 1, everyone),
    { account, type: "credits.topUp", data: { amount: "150.00", reference: "opening balance" } },
    { account, type: "policy.set", data: { user: "workshop", dialOutPolicy: "DialoutCPCandPSTNDomestic" } },
    { account, type: "policy.set", data: { user: "ada", spendLimit: "25.00" } },
    // From here on the newer agreement: the credits drain, then usage is billed afterwards.
    { account, type: "account.settings", data: { agreement: "MCA" } },
    ...["domestic-120", "international", "pay-as-you-go", "conferencing"].map((subscription): SampleCommand => ({
      account,
      type: "payAsYouGo.set",
      data: { subscription, on: true },
    })),
  ];
}

function globex(): SampleCommand[] {
  const account = "globex";
  const users = ["front-desk", "service-desk", "branch-office"];
  return [
    { account, type: "account.create", data: { name: "Globex Trading", country: "US", currency: "USD", agreement: "MOSA" } },
    ...users.map((user, place): SampleCommand => ({
      account,
      type: "user.set",
      data: {
        user,
        displayName: user.replace("-", " "),
        usageLocation: "US",
        department: "Office",
        numbers: [`+1201555010${place}`],
      },
    })),
    ...buy(account, "teams-phone", "teams-phone-standard", 5, users),
    ...buy(account, "domestic", "calling-plan-domestic", 5, users),
    ...buy(account, "credits", "communications-credits", 1, users),
    { account, type: "credits.topUp", data: { amount: "200.00" } },
    { account, type: "credits.autoRecharge", data: { on: true, trigger: "50.00", recharge: "100.00" } },
  ];
}

/** A purchase and its licences, 20 users at a time (SS-4). */
function buy(
  account: string,
  subscription: string,
  product: string,
  licences: number,
  users: readonly string[],
): SampleCommand[] {
  const commands: SampleCommand[] = [
    { account, type: "subscription.buy", data: { subscription, product, licences, term: "P1Y", billingFrequency: "monthly" } },
  ];
  for (let from = 0; from < users.length; from += 20) {
    commands.push({ account, type: "licence.assign", data: { subscription, users: users.slice(from, from + 20) } });
  }
  return commands;
}
