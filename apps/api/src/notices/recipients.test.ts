import { expect, it } from "vitest";
import { roleNames } from "../access/roles.ts";
import type { PersonEntry } from "../directory/entries.ts";
import { profileOf, recipientsOf } from "./recipients.ts";

const person = (name: string, roles: readonly string[], account = "acme"): PersonEntry => ({
  email: `${name}@acme.test`,
  displayName: name,
  passwordHash: "",
  operator: false,
  memberships: [{ account, roles: [...roles] }],
});
const everybody = roleNames.filter((role) => role !== "selfServiceBuyer").map((role) => person(role, [role]));
const rolesOf = (people: readonly PersonEntry[]): string[] => people.map(({ displayName }) => displayName).toSorted();

it("CC-8: credits go to the sixteen roles of the documents", () => {
  expect(rolesOf(recipientsOf(everybody, "acme", "credits", null))).toEqual(
    [
      "applicationAdmin",
      "authenticationAdmin",
      "billingAdmin",
      "cloudDeviceAdmin",
      "deviceLocalAdmin",
      "globalAdmin",
      "helpdeskAdmin",
      "licenceAdmin",
      "privilegedAuthenticationAdmin",
      "serviceSupportAdmin",
      "skypeForBusinessAdmin",
      "teamsAdmin",
      "teamsCommunicationsAdmin",
      "teamsCommunicationsSupportEngineer",
      "teamsCommunicationsSupportSpecialist",
      "userAdmin",
    ].toSorted(),
  );
});

it("AC-5: pools at 80 and 100 % go to those who administer calling", () => {
  expect(rolesOf(recipientsOf(everybody, "acme", "usage", null))).toEqual([
    "globalAdmin",
    "skypeForBusinessAdmin",
    "teamsAdmin",
    "teamsCommunicationsAdmin",
  ]);
});

it("IN-3: invoices go to Global and Billing admins and to the profile's owner, contributor and invoice manager, of that profile only", () => {
  expect(rolesOf(recipientsOf(everybody, "acme", "invoices", "main"))).toEqual([
    "billingAdmin",
    "billingProfileContributor",
    "billingProfileOwner",
    "globalAdmin",
    "invoiceManager",
  ]);
  const scoped = [person("mine", ["invoiceManager:main"]), person("theirs", ["invoiceManager:emea"])];
  expect(rolesOf(recipientsOf(scoped, "acme", "invoices", "main"))).toEqual(["mine"]);
  expect(rolesOf(recipientsOf(scoped, "acme", "invoices", null))).toEqual([]);
  expect(profileOf({ invoice: "emea/2027-01-01" })).toBe("emea");
  expect(profileOf({ subject: "r1" })).toBeNull();
});

it("another organisation's people hear of nothing; operators hear of what is theirs alone", () => {
  const foreign = [person("foreign", ["globalAdmin", "billingAdmin"], "contoso")];
  for (const audience of ["credits", "usage", "billing", "invoices", "named"] as const)
    expect(recipientsOf(foreign, "acme", audience, "main")).toEqual([]);
  const operator = { ...person("op", []), operator: true };
  expect(rolesOf(recipientsOf([operator, ...everybody], "acme", "operators", null))).toEqual(["op"]);
});
