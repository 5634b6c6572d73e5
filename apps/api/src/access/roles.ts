import type { Permission } from "./permissions.ts";

/**
 * The roles of domain §10, each with its source there. Billing roles and directory roles are separate: what one holds says
 * nothing about the other, and both are checked (PG-1).
 */

/**
 * What a role is given for: one billing account or billing profile (or, without one, all of them), or the organisation. A
 * `buyer` is nobody's gift: every member may look after what he bought for himself (SS-1).
 */
export type RoleKind = "billingAccount" | "billingProfile" | "directory" | "buyer";

export interface RoleFacts {
  readonly kind: RoleKind;
  /** As people know it. */
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly source: string;
}

const viewsBilling = ["readProducts", "readCost", "readBilling", "readInvoices"] as const;
const contributes = [
  ...viewsBilling,
  "readMembers",
  "buy",
  "toggleOverage",
  "manageSubscriptions",
  "cancelSubscriptions",
  "manageMoney",
  "manageBudgets",
  "manageBillingProfiles",
  "manageBillingAccount",
  "payInvoices",
] as const;
const contributesToProfile = [
  ...viewsBilling,
  "buy",
  "toggleOverage",
  "manageSubscriptions",
  "cancelSubscriptions",
  "manageBillingProfiles",
  "payInvoices",
] as const;
/** The row "Global admin, Billing admin": cost management, budgets, payment methods, cancel, invoices, self-service policy. */
const administersMoney = [
  ...viewsBilling,
  "readMembers",
  "readAudit",
  "manageMoney",
  "manageBudgets",
  "cancelSubscriptions",
  "payInvoices",
  "correctInvoices",
  "voidCalls",
  "goodwill",
  "manageSelfServicePolicy",
] as const;
const administersCalling = [
  "readUsage",
  "readPerUserUsage",
  "readUsers",
  "readProducts",
  "readSettings",
  "manageNumbersAndPolicies",
] as const;
const helpsOneUser = ["readUsers", "readProducts", "readSettings"] as const;

const mailed = (name: string): RoleFacts => ({
  kind: "directory",
  name,
  permissions: [],
  source: "CC-8: receives mail, no more",
});

export const roles = {
  billingAccountOwner: {
    kind: "billingAccount",
    name: "Billing account owner",
    permissions: [...contributes, "grantBillingRoles", "grantProfileRoles"],
    source: "§10, PG-1: all + grant access, sign agreements, buy, toggle pay-as-you-go",
  },
  billingAccountContributor: {
    kind: "billingAccount",
    name: "Billing account contributor",
    permissions: contributes,
    source: "§10, PG-1: edit, sign, buy, toggle; not grant",
  },
  billingAccountReader: {
    kind: "billingAccount",
    name: "Billing account reader",
    permissions: viewsBilling,
    source: "§10, PG-1: view",
  },
  billingProfileOwner: {
    kind: "billingProfile",
    name: "Billing profile owner",
    permissions: [...contributesToProfile, "readMembers", "grantProfileRoles"],
    source: "§10, PG-1: all; later also toggle",
  },
  billingProfileContributor: {
    kind: "billingProfile",
    name: "Billing profile contributor",
    permissions: contributesToProfile,
    source: "§10, PG-1: all but permissions; later also toggle",
  },
  billingProfileReader: {
    kind: "billingProfile",
    name: "Billing profile reader",
    permissions: viewsBilling,
    source: "§10: view",
  },
  invoiceManager: {
    kind: "billingProfile",
    name: "Invoice manager",
    permissions: [...viewsBilling, "payInvoices"],
    source: "§10: view + pay bills",
  },
  globalAdmin: {
    kind: "directory",
    name: "Global administrator",
    permissions: [
      ...administersMoney,
      ...administersCalling,
      "assignLicences",
      "setUsageLocation",
      "manageUsers",
      "manageSettings",
      "manageRates",
      "grantDirectoryRoles",
      "manageKeys",
      "manageWebhooks",
      // What the keys that he may create can do.
      "ingest",
      "authorize",
    ],
    source: "§10, CM-1, SS-9; everything that is not a billing role's",
  },
  billingAdmin: {
    kind: "directory",
    name: "Billing administrator",
    permissions: administersMoney,
    source: "§10, CM-1, SS-9, CC-7: goodwill",
  },
  licenceAdmin: {
    kind: "directory",
    name: "License administrator",
    permissions: ["readUsers", "readProducts", "assignLicences", "setUsageLocation"],
    source: "§10: assign, unassign licences, usage location",
  },
  userAdmin: {
    kind: "directory",
    name: "User administrator",
    permissions: ["readUsers", "readProducts", "readMembers", "assignLicences", "setUsageLocation", "manageUsers"],
    source: "§10: assign, unassign licences, usage location",
  },
  teamsAdmin: {
    kind: "directory",
    name: "Teams administrator",
    permissions: administersCalling,
    source: "§10: usage reports; numbers and calling policies",
  },
  skypeForBusinessAdmin: {
    kind: "directory",
    name: "Skype for Business administrator",
    permissions: administersCalling,
    source: "§10: as Teams administrator",
  },
  teamsCommunicationsAdmin: {
    kind: "directory",
    name: "Teams communications administrator",
    permissions: administersCalling,
    source: "§10: numbers, calling policies (reports: [R] yes)",
  },
  teamsCommunicationsSupportEngineer: {
    kind: "directory",
    name: "Teams communications support engineer",
    permissions: helpsOneUser,
    source: "CC-8; [R] sees what a user may do, to answer why he cannot call; no reports",
  },
  teamsCommunicationsSupportSpecialist: {
    kind: "directory",
    name: "Teams communications support specialist",
    permissions: helpsOneUser,
    source: "CC-8; [R] as the engineer",
  },
  reportReader: {
    kind: "directory",
    name: "Reports reader",
    permissions: ["readUsage", "readPerUserUsage", "readUsers"],
    source: "§10: usage data; [R] with the names it belongs to",
  },
  globalReader: {
    kind: "directory",
    name: "Global reader",
    permissions: ["readUsage", "readProducts", "readSettings"],
    source: "§10: tenant aggregates only, no per-user data; CM-5: not spending",
  },
  helpdeskAdmin: mailed("Helpdesk administrator"),
  serviceSupportAdmin: mailed("Service support administrator"),
  deviceLocalAdmin: mailed("Azure AD joined device local administrator"),
  applicationAdmin: mailed("Application administrator"),
  cloudDeviceAdmin: mailed("Cloud device administrator"),
  authenticationAdmin: mailed("Authentication administrator"),
  privilegedAuthenticationAdmin: mailed("Privileged authentication administrator"),
  selfServiceBuyer: {
    kind: "buyer",
    name: "Self-service buyer",
    permissions: ["ownSubscriptions"],
    source: "§10, SS-1 to SS-6: own subscriptions only",
  },
} as const satisfies Readonly<Record<string, RoleFacts>>;

export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

export function factsOf(role: Role): RoleFacts {
  return roles[role];
}

/** For a refusal: who may. */
export function rolesWith(permission: Permission, adminsHaveBilling: boolean): Role[] {
  return roleNames.filter(
    (role) => factsOf(role).permissions.includes(permission) || (adminsHaveBilling && automatic(role).includes(permission)),
  );
}

/**
 * PG-1: Global and Billing admins have billing-account access by themselves, as long as the account has not taken it away:
 * the one as an owner, the other as a contributor.
 */
export function automatic(role: Role): readonly Permission[] {
  if (role === "globalAdmin") return roles.billingAccountOwner.permissions;
  return role === "billingAdmin" ? roles.billingAccountContributor.permissions : [];
}
