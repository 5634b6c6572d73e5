import type { CommandType } from "@tollbook/contracts/commands.ts";
import type { Permission } from "./permissions.ts";

/**
 * What a command needs: a new type without a row does not compile. `operator`: who runs the installation. `system`: only this
 * software gives it, whatever it is asked.
 */
export const commandPermissions: Readonly<Record<CommandType, Permission | "operator" | "system">> = {
  "account.create": "operator",
  "account.settings": "manageSettings",
  "account.currency": "manageBillingAccount",
  "account.block": "manageSettings",
  "account.offboard": "manageBillingAccount",
  "clock.advance": "manageSettings",
  "directory.changed": "system",

  "user.set": "manageUsers",
  "user.block": "manageNumbersAndPolicies",
  "user.remove": "manageUsers",
  "policy.set": "manageNumbersAndPolicies",
  "number.reserve": "manageNumbersAndPolicies",
  "number.order": "manageNumbersAndPolicies",
  "number.port": "manageNumbersAndPolicies",
  "number.release": "manageNumbersAndPolicies",
  "number.assign": "manageNumbersAndPolicies",
  "number.unassign": "manageNumbersAndPolicies",

  "subscription.buy": "buy",
  "subscription.setState": "operator",
  "subscription.cancel": "cancelSubscriptions",
  "subscription.setRecurring": "cancelSubscriptions",
  "subscription.reactivate": "manageSubscriptions",
  "subscription.delete": "cancelSubscriptions",
  "subscription.creditChecked": "operator",
  "trial.convert": "buy",
  "licence.setTotal": "manageSubscriptions",
  "licence.assign": "assignLicences",
  "licence.unassign": "assignLicences",
  "payAsYouGo.set": "toggleOverage",
  "selfService.setPolicy": "manageSelfServicePolicy",
  "selfService.takeOver": "manageSelfServicePolicy",
  "selfService.cancel": "manageSelfServicePolicy",

  "credits.topUp": "manageMoney",
  "credits.autoRecharge": "manageMoney",
  "credits.goodwill": "goodwill",
  "credits.approveGoodwill": "goodwill",
  "billingAccount.set": "manageBillingAccount",
  "billingProfile.set": "manageBillingProfiles",
  "billingProfile.setPaymentMethod": "manageBillingProfiles",
  "paymentMethod.add": "manageMoney",
  "paymentMethod.edit": "manageMoney",
  "paymentMethod.replace": "manageMoney",
  "paymentMethod.delete": "manageMoney",
  "payment.result": "system",
  "payment.retry": "payInvoices",
  "invoice.verified": "system",
  "invoice.pay": "payInvoices",
  "invoice.creditNote": "correctInvoices",
  "invoice.void": "correctInvoices",
  "budget.set": "manageBudgets",
  "budget.delete": "manageBudgets",

  "call.void": "voidCalls",
  "call.amend": "voidCalls",
  "call.release": "voidCalls",
  "call.rerate": "voidCalls",
  "rerate.start": "voidCalls",
  "rerate.finish": "voidCalls",
};

/**
 * What a member may do with a subscription that he bought for himself, without any role (SS-1 to SS-5); and what it takes to
 * buy one. Whose it is, is looked up.
 */
export const ownCommands: ReadonlySet<CommandType> = new Set<CommandType>([
  "subscription.buy",
  "paymentMethod.add",
  "subscription.cancel",
  "subscription.setRecurring",
  "subscription.reactivate",
  "subscription.delete",
  "trial.convert",
  "licence.setTotal",
  "licence.assign",
  "licence.unassign",
]);

/**
 * Members of commands that are the seller's word, not the customer's: what was agreed on prices, discounts and tax, and how an
 * order came about. Only who runs the installation, or a system of it, gives them.
 */
export const operatorMembers: Readonly<Partial<Record<CommandType, readonly string[]>>> = {
  "subscription.buy": ["unitPrice", "channel", "creditCheck"],
  "billingProfile.set": ["discount", "tax"],
};
