/**
 * What one may do in an account (domain §10), as fine as any role tells it apart. Roles hold permissions (`roles.ts`), routes
 * and commands need them (`config.access`, `command-permissions.ts`).
 */
export const permissions = {
  readUsage: "Totals and series of calls and minute pools, of nobody in particular",
  readPerUserUsage: "Single calls and what one person used, in lists, exports and explanations",
  readUsers: "People and resource accounts with their licences, numbers and policies",
  readProducts: "Subscriptions, catalogue, prices and availability",
  readCost: "Cost management: what calls and licences come to, budgets",
  readBilling: "Credits and their ledger, billing accounts and profiles, payment methods",
  readInvoices: "Invoices with their lines and documents",
  readSettings: "Settings, organisation-wide policies, rate decks",
  readMembers: "Who is a member, with which roles",
  readAudit: "Who changed what",
  buy: "Buy subscriptions and start trials",
  toggleOverage: "Switch the pay-as-you-go option",
  manageSubscriptions: "Licence totals, renewal, reactivation",
  cancelSubscriptions: "Cancel subscriptions",
  assignLicences: "Assign and unassign licences",
  setUsageLocation: "Set the usage location of users there are",
  manageUsers: "Create, change and remove users",
  manageNumbersAndPolicies: "Numbers, calling policies, spend limits, blocking",
  manageMoney: "Communications Credits, auto-recharge, payment methods",
  goodwill: "Propose and approve goodwill credits",
  manageBudgets: "Budgets",
  manageBillingProfiles: "Change billing profiles",
  manageBillingAccount: "Change billing accounts and make profiles, sign agreements",
  payInvoices: "Pay invoices, try payments again",
  correctInvoices: "Void invoices, write credit notes",
  voidCalls: "Void, amend and re-rate calls",
  manageSelfServicePolicy: "What people may buy for themselves; take purchases over",
  ownSubscriptions: "What one bought for oneself",
  manageSettings: "Settings of the account",
  manageRates: "Rate decks",
  grantBillingRoles: "Give and take roles of billing accounts",
  grantProfileRoles: "Give and take roles of billing profiles",
  grantDirectoryRoles: "Give and take directory roles; invite and remove members",
  manageKeys: "API keys",
  manageWebhooks: "Webhooks and notifications",
  ingest: "Send call events",
  authorize: "Ask whether a call may be made",
} as const;

export type Permission = keyof typeof permissions;
export const permissionNames = Object.keys(permissions) as Permission[];

/** What a key with the scope `read` holds. */
export const reading = permissionNames.filter((name) => name.startsWith("read"));
