import type { RefusalCode } from "@tollbook/contracts/codes.ts";
import type { Command, CommandType } from "@tollbook/contracts/commands.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { forAccount } from "../account/clock.ts";
import type { LogEntry } from "../fold.ts";
import type { Fold } from "../fold-context.ts";
import { accountEvent, eventOfNobody } from "../output.ts";
import type { Guarded } from "../tick.ts";
import { accountBlock, accountSettings, createAccountFrom, directoryChanged } from "./account-commands.ts";
import {
  addPaymentMethod,
  deletePaymentMethod,
  editPaymentMethod,
  replacePaymentMethod,
  setBillingAccount,
  setBillingProfile,
  setCurrency,
  setProfileMethod,
} from "./billing-commands.ts";
import { deleteBudget, setBudget } from "./budget-commands.ts";
import { advanceClock } from "./clock-commands.ts";
import { approveGoodwill, autoRecharge, goodwill, topUp } from "./credit-commands.ts";
import { creditNote, invoiceVerified, payByHand, voidInvoice } from "./invoice-commands.ts";
import { paymentResult, retryPayment } from "./payment-commands.ts";
import { assignLicences, setTotal, unassignLicences } from "./licence-commands.ts";
import { accepted } from "./outcome.ts";
import type { Handler, Outcome } from "./outcome.ts";
import { contentOf, record, refusal, send } from "./record.ts";
import { assignNumber, orderNumbers, portNumbers, releaseNumbers, reserveNumbers, unassignNumber } from "./number-commands.ts";
import { cancelSelfService, setSelfServicePolicy, takeOver } from "./self-service-commands.ts";
import { buy, setPayAsYouGo, setState } from "./subscription-commands.ts";
import {
  cancel,
  convert,
  creditChecked,
  deleteSubscription,
  offboard,
  reactivate,
  setRecurring,
} from "./subscription-commands-end.ts";
import { blockUser, removeUser, setPolicy, setUser } from "./user-commands.ts";
import { amendCall } from "./amend-call.ts";
import { releaseEvent } from "./release-event.ts";
import { finishRerate, rerateCall, startRerate } from "./rerate-call.ts";
import { voidCall } from "./void-call.ts";

const handlers: { readonly [T in Exclude<CommandType, "account.create" | "clock.advance">]: Handler<T> } = {
  "account.settings": accountSettings,
  "account.currency": setCurrency,
  "account.block": accountBlock,
  "directory.changed": directoryChanged,
  "user.set": setUser,
  "user.block": blockUser,
  "user.remove": removeUser,
  "policy.set": setPolicy,
  "subscription.buy": buy,
  "subscription.setState": setState,
  "subscription.cancel": cancel,
  "subscription.setRecurring": setRecurring,
  "subscription.reactivate": reactivate,
  "subscription.delete": deleteSubscription,
  "subscription.creditChecked": creditChecked,
  "trial.convert": convert,
  "licence.setTotal": setTotal,
  "licence.assign": assignLicences,
  "licence.unassign": unassignLicences,
  "payAsYouGo.set": setPayAsYouGo,
  "selfService.setPolicy": setSelfServicePolicy,
  "selfService.takeOver": takeOver,
  "selfService.cancel": cancelSelfService,
  "account.offboard": offboard,
  "number.reserve": reserveNumbers,
  "number.order": orderNumbers,
  "number.port": portNumbers,
  "number.release": releaseNumbers,
  "number.assign": assignNumber,
  "number.unassign": unassignNumber,
  "credits.topUp": topUp,
  "credits.autoRecharge": autoRecharge,
  "credits.goodwill": goodwill,
  "credits.approveGoodwill": approveGoodwill,
  "billingAccount.set": setBillingAccount,
  "billingProfile.set": setBillingProfile,
  "billingProfile.setPaymentMethod": setProfileMethod,
  "paymentMethod.add": addPaymentMethod,
  "paymentMethod.edit": editPaymentMethod,
  "paymentMethod.replace": replacePaymentMethod,
  "paymentMethod.delete": deletePaymentMethod,
  "payment.result": paymentResult,
  "payment.retry": retryPayment,
  "invoice.verified": invoiceVerified,
  "invoice.pay": payByHand,
  "invoice.creditNote": creditNote,
  "invoice.void": voidInvoice,
  "call.void": voidCall,
  "call.amend": amendCall,
  "call.rerate": rerateCall,
  "call.release": releaseEvent,
  "rerate.start": startRerate,
  "rerate.finish": finishRerate,
  "budget.set": setBudget,
  "budget.delete": deleteBudget,
};

/**
 * A command: accepted or refused, audited either way, and answered. The same id with the same content is answered the same
 * for 30 days; with other content it is refused and changes nothing (contract §3).
 */
export function applyCommand(log: Fold, id: AccountId, command: Command, reply: string | null, guarded: Guarded): void {
  const content = contentOf(command);
  let account = log.state.accounts.get(id);
  let fold = account === undefined ? log : forAccount(log, account);
  const known = account?.commands.get(command.commandId);
  if (known !== undefined) {
    if (known.content === content) return send(fold, reply, known.answer);
    return refuseOnly(fold, account as Account, command, reply, "idempotencyMismatch", "the key was used for another command");
  }
  if (command.type === "account.create") {
    if (account !== undefined)
      return finish(
        fold,
        account,
        command,
        content,
        reply,
        { kind: "refused", code: "accountExists", detail: `account: ${id}` },
        guarded,
      );
    const created = createAccountFrom(fold, id, command.data);
    if ("code" in created) {
      eventOfNobody(fold, id, command, created);
      return send(fold, reply, refusal(fold, created.code, created.detail));
    }
    account = created;
    fold.state.accounts.set(id, account);
    if (account.clock !== null) fold.state.clocked.push(id);
    fold = forAccount(log, account);
    return finish(fold, account, command, content, reply, accepted(id), guarded);
  }
  if (account === undefined) {
    const detail = `account: ${id}`;
    eventOfNobody(fold, id, command, { code: "unknownAccount", detail });
    return send(fold, reply, refusal(fold, "unknownAccount", detail));
  }
  if (account.frozen !== "") return refuseOnly(fold, account, command, reply, "accountFrozen", account.frozen);
  const target = account;
  if (command.type === "clock.advance") {
    const outcome = advanceClock(log, target, command.data, guarded);
    return finish(forAccount(log, target), target, command, content, reply, outcome, guarded);
  }
  const own = fold;
  const went = guarded(own, target, () => {
    const outcome = handle(own, target, command, reply);
    record(own, target, command, content, reply, outcome);
  });
  if (!went) send(fold, reply, refusal(fold, "accountFrozen", target.frozen));
}

/** Audited and answered, but not remembered: the id stays as it was. */
function refuseOnly(
  fold: Fold,
  account: Account,
  command: Command,
  reply: string | null,
  code: RefusalCode,
  detail: string,
): void {
  const { commandId, actor, data } = command;
  accountEvent(fold, account, `command.${command.type}`, {
    outcome: "refused",
    actorKind: actor.kind,
    actorId: actor.id,
    commandId,
    data: { command: data, code, detail },
  });
  send(fold, reply, refusal(fold, code, detail));
}

/** Malformed data: answered, audited, changes nothing, and the id stays free. */
export function applyBadCommand(log: Fold, entry: Extract<LogEntry, { kind: "badCommand" }>): void {
  const account = log.state.accounts.get(entry.account);
  const fold = account === undefined ? log : forAccount(log, account);
  const details = {
    outcome: "refused" as const,
    commandId: entry.commandId ?? "",
    data: { code: "invalidCommand", detail: entry.detail },
  };
  if (account === undefined) eventOfNobody(fold, entry.account, null, { code: "invalidCommand", detail: entry.detail });
  else accountEvent(fold, account, "command.invalid", details);
  send(fold, entry.reply, refusal(fold, "invalidCommand", entry.detail));
}

function handle(fold: Fold, account: Account, command: Command, reply: string | null): Outcome {
  const { commandId, actor, type } = command;
  // The table above pairs every type with the handler of its data, which the type system cannot follow through the index.
  const handler = handlers[type as keyof typeof handlers] as Handler<CommandType>;
  return handler(fold, account, command.data, { commandId, actor, reply });
}

function finish(
  fold: Fold,
  account: Account,
  command: Command,
  content: string,
  reply: string | null,
  outcome: Outcome,
  guarded: Guarded,
): void {
  guarded(fold, account, () => record(fold, account, command, content, reply, outcome));
}
