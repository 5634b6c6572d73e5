import type { NoticeWords } from "./words.ts";

export const en: NoticeWords = {
  greeting: "Hello,",
  closing: "You receive this because of your role in the organisation {organisation} in Tollbook.",
  "credits.recharged": {
    subject: "Communications Credits were recharged with {amount}",
    lines: ["Auto-recharge has added {amount} to your Communications Credits.", "The balance is now {balance}."],
  },
  "credits.rechargeFailed": {
    subject: "Auto-recharge of your Communications Credits failed",
    lines: [
      "{amount} could not be charged: {reason}.",
      "The balance is {balance}. Calls go on while it is above zero.",
      "The next attempt is on {nextAttempt}. Replacing or mending the card starts one at once.",
    ],
  },
  "credits.rechargeSuspended": {
    subject: "Auto-recharge of your Communications Credits is suspended",
    lines: [
      "{amount} could not be charged after several attempts: {reason}.",
      "It is not tried again by itself. Replace or mend the card to start it anew.",
      "The balance is {balance}.",
    ],
  },
  "credits.rechargeCapped": {
    subject: "Auto-recharge of your Communications Credits has reached its monthly cap",
    lines: [
      "A recharge of {amount} would exceed the cap of {cap} for {month}, so there is none before the next month.",
      "The balance is {balance}. Raise the cap, or add funds by hand.",
    ],
  },
  "credits.zero": {
    subject: "Your Communications Credits have reached zero",
    lines: [
      "The balance is {balance}.",
      "You and your users cannot make calls that need credits, such as toll-free and international calls, until you add funds.",
    ],
  },
  "credits.low": {
    subject: "Your Communications Credits are running low",
    lines: ["The balance is {balance}, less than 20 % of the last top-up."],
  },
  "credits.expiring": {
    subject: "{amount} of your Communications Credits expire in {days} days",
    lines: ["{amount} expire on {expiresAt} if they are not used by then: credits are forfeited twelve months after purchase."],
  },
  "credits.stuckPrepaid": {
    subject: "Auto-recharge keeps billing after use from beginning",
    lines: [
      "Your organisation has moved to billing after use, but auto-recharge of Communications Credits is still on, and the balance is {balance}.",
      "Calls that need credits are refused. Switch auto-recharge off: then they are billed after use.",
    ],
  },
  "pool.warning": {
    subject: "{threshold} % of the minutes of {description} are used",
    lines: ["{usedMinutes} of {totalMinutes} minutes of {description} were used in {month}."],
  },
  "budget.threshold": {
    subject: "Budget {name}: {threshold} % reached",
    lines: ["{spent} of {amount} were spent in {period}."],
  },
  "budget.forecast": {
    subject: "Budget {name}: {threshold} % expected",
    lines: ["If spending goes on as it did, {period} comes to {projected} of {amount}."],
  },
  "spend.limitReached": {
    subject: "{user} has reached the spend limit",
    lines: ["{user} has spent {limit} on outgoing calls in {month}. Further calls that cost money are refused until next month."],
  },
  "fraud.blocked": {
    subject: "{user} was blocked: fraud is suspected",
    lines: ["{detail}", "Rule: {rule}. Unblock the user once you have looked into it."],
  },
  "card.expiring": {
    subject: "The card {brand} ending in {last4} expires soon",
    lines: ["It is valid until {expires}. Edit or replace it before, so that payments go on."],
  },
  "card.expired": {
    subject: "The card {brand} ending in {last4} has expired",
    lines: ["It was valid until {expires}. Payments with it fail. Edit or replace it."],
  },
  "payment.failed": {
    subject: "A payment of {amount} failed",
    lines: [
      "{amount} for {subject} could not be charged: {reason}.",
      "The next attempt is on {nextAttempt}.",
      "Paying with another card makes that card the method for everything the declined one paid for.",
    ],
  },
  "invoice.issued": {
    subject: "Invoice {number} over {total}",
    lines: ["Invoice {number} for the period {period} is ready: {total}.", "It is due on {dueDate}."],
  },
  "invoice.paid": { subject: "Invoice {number} is paid", lines: ["{total} were received for invoice {number}. Thank you."] },
  "invoice.pastDue": {
    subject: "Invoice {number} is past due",
    lines: [
      "{payable} of invoice {number} are open; they were due on {dueDate}.",
      "After 30 days your subscriptions are disabled.",
    ],
  },
  "invoice.suspended": {
    subject: "Subscriptions are disabled because invoice {number} is not paid",
    lines: ["{payable} of invoice {number} are open. Once they are paid, the subscriptions go on."],
  },
  "subscription.expiring": {
    subject: "The subscription {subscription} ends on {endsAt}",
    lines: ["{product} ends on {endsAt} and is not renewed. Switch recurring billing on to keep it."],
  },
  "subscription.expired": {
    subject: "The subscription {subscription} has expired",
    lines: ["{product} has expired. Reactivate it; on {deletedAt} it is deleted."],
  },
  "subscription.disabled": {
    subject: "The subscription {subscription} is disabled",
    lines: ["{product} is disabled: {reason}. Users cannot use it."],
  },
  "trial.ending": {
    subject: "The trial {subscription} ends on {endsAt}",
    lines: ["The trial of {product} ends on {endsAt}. Buy it to go on using it."],
  },
  "selfService.takenOver": {
    subject: "Your purchase {subscription} was taken over",
    lines: ["{by} has taken over {product}, which you had bought: {action}."],
  },
  "selfService.cancelled": {
    subject: "Your purchase {subscription} was cancelled",
    lines: ["{product}, which you had bought, was cancelled: {reason}."],
  },
  "account.frozen": {
    subject: "The account {organisation} is frozen",
    lines: ["A broken invariant was found, and nothing of the account is decided until an operator has looked: {reason}."],
  },
};
