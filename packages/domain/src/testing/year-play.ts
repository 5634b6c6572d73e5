import { parseTime } from "@tollbook/contracts/units.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { nowOf } from "../account/clock.ts";
import type { Account } from "../account/account.ts";
import type { Output } from "../fold.ts";
import type { TestFold } from "./test-fold.ts";
import { YEAR_BEGINS, YEAR_ENDS, yearAccount } from "./year-script.ts";
import type { YearStep } from "./year-script.ts";

const ACCOUNT = "year";
const DAY_SECONDS = 86_400;

function microseconds(at: string): number {
  const time = parseTime(at);
  if (time === null) throw new RangeError(`no time: ${at}`);
  return time;
}

/**
 * Plays the year to a fold by the account's test clock. What an installation's outbox would do is done at once: a card answers as
 * its token says, a closed invoice is verified.
 */
export function playYear(
  fold: TestFold,
  steps: readonly YearStep[],
  onStep: (account: Account) => void = () => undefined,
): Account {
  let answered = fold.outputs.length;
  const must = (answer: { outcome: string; code?: string; detail?: string }, what: string): void => {
    if (answer.outcome !== "accepted") throw new Error(`${what}: ${answer.code ?? ""} ${answer.detail ?? ""}`);
  };
  must(fold.command(ACCOUNT, "account.create", { ...yearAccount, testClock: YEAR_BEGINS }), "account.create");
  const account = fold.state.accounts.get(ACCOUNT) as Account;
  const outbox = (): void => {
    while (answered < fold.outputs.length) {
      const output = fold.outputs[answered++] as Output;
      if (output.kind === "invoiceClosed")
        must(fold.command(ACCOUNT, "invoice.verified", { invoice: output.invoice, hash: output.hash }), output.invoice);
      if (output.kind !== "payment") continue;
      const outcome = output.method?.token === "test_ok" ? "succeeded" : "declined";
      must(
        fold.command(ACCOUNT, "payment.result", { payment: output.payment, attempt: output.attempt, outcome }),
        output.payment,
      );
    }
  };
  const advanceTo = (at: string): void => {
    const target = microseconds(at);
    for (;;) {
      const left = Math.floor((target - nowOf(fold.state, account)) / 1_000_000);
      if (left <= 0) return;
      must(fold.command(ACCOUNT, "clock.advance", { seconds: Math.min(left, DAY_SECONDS) }), "clock.advance");
      outbox();
    }
  };
  for (const step of steps) {
    advanceTo(step.at);
    if (step.do === "command") must(fold.command(ACCOUNT, step.command.type, step.command.data as never), step.command.type);
    else {
      const endedAt = microseconds(step.at);
      const { usageId, user, to, seconds } = step.call;
      fold.call(ACCOUNT, "ended", {
        id: `${usageId}:ended`,
        usageId,
        user,
        to,
        answeredAt: endedAt - seconds * 1_000_000,
        endedAt,
      });
    }
    outbox();
    if (account.frozen !== "") throw new Error(`frozen at ${step.at}: ${account.frozen}`);
    onStep(account);
  }
  advanceTo(YEAR_ENDS);
  return fold.state.accounts.get(ACCOUNT as AccountId) as Account;
}
