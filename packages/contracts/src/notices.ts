/**
 * What people are told, by mail, in the product and by webhook (CC-8, AC-5, IN-3, CM-4, PM-3). `fields` are the members of a
 * notice's `data`, all text: money decimal, time RFC 3339. `to` says which roles of the account hear of it (domain §10);
 * a notice may name further people itself.
 */
export const noticeTypes = {
  "credits.recharged": { to: "credits", fields: ["amount", "balance", "currency", "recharge"] },
  "credits.rechargeFailed": { to: "credits", fields: ["amount", "balance", "currency", "recharge", "reason", "nextAttempt"] },
  "credits.rechargeSuspended": { to: "credits", fields: ["amount", "balance", "currency", "recharge", "reason"] },
  "credits.rechargeCapped": { to: "credits", fields: ["amount", "balance", "currency", "cap", "month"] },
  "credits.zero": { to: "credits", fields: ["balance", "currency"] },
  "credits.low": { to: "credits", fields: ["balance", "currency"] },
  "credits.expiring": { to: "credits", fields: ["lot", "amount", "currency", "expiresAt", "days"] },
  "credits.stuckPrepaid": { to: "credits", fields: ["balance", "currency"] },
  "pool.warning": { to: "usage", fields: ["pool", "description", "month", "threshold", "usedMinutes", "totalMinutes"] },
  "budget.threshold": { to: "named", fields: ["budget", "name", "threshold", "basis", "spent", "amount", "currency", "period"] },
  "budget.forecast": { to: "named", fields: ["budget", "name", "threshold", "projected", "amount", "currency", "period"] },
  "spend.limitReached": { to: "usage", fields: ["user", "limit", "currency", "month"] },
  "fraud.blocked": { to: "usage", fields: ["user", "rule", "detail"] },
  "card.expiring": { to: "billing", fields: ["method", "brand", "last4", "expires"] },
  "card.expired": { to: "billing", fields: ["method", "brand", "last4", "expires"] },
  "payment.failed": { to: "billing", fields: ["subject", "amount", "currency", "reason", "nextAttempt"] },
  "invoice.issued": { to: "invoices", fields: ["invoice", "number", "total", "currency", "dueDate", "period"] },
  "invoice.paid": { to: "invoices", fields: ["invoice", "number", "total", "currency"] },
  "invoice.pastDue": { to: "invoices", fields: ["invoice", "number", "payable", "currency", "dueDate"] },
  "invoice.suspended": { to: "invoices", fields: ["invoice", "number", "payable", "currency"] },
  "subscription.expiring": { to: "billing", fields: ["subscription", "product", "endsAt"] },
  "subscription.expired": { to: "billing", fields: ["subscription", "product", "deletedAt"] },
  "subscription.disabled": { to: "billing", fields: ["subscription", "product", "reason"] },
  "trial.ending": { to: "billing", fields: ["subscription", "product", "endsAt"] },
  "selfService.takenOver": { to: "named", fields: ["subscription", "product", "by", "action"] },
  "selfService.cancelled": { to: "named", fields: ["subscription", "product", "reason"] },
  "account.frozen": { to: "operators", fields: ["reason"] },
} as const;

export type NoticeType = keyof typeof noticeTypes;
export type NoticeAudience = (typeof noticeTypes)[NoticeType]["to"];
