import { createInbox, headers, type NatsConnection } from "@nats-io/transport-node";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { commandsSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { LogAccess } from "../harness/log.ts";
import { accountName, userName } from "./calls.ts";

export interface AccountSetting {
  readonly accounts: number;
  readonly usersPerAccount: number;
}

type SampleCommand = { [T in CommandType]: { type: T; data: CommandData<T> } }[CommandType];

/**
 * An organisation whose calls are paid in every way: half of its users hold a plan with included minutes, which run out;
 * then credits pay, and at the end of them pay-as-you-go.
 */
export function accountCommands(n: number, { usersPerAccount }: AccountSetting): SampleCommand[] {
  const users = Array.from({ length: usersPerAccount }, (_, i) => userName(i));
  const commands: SampleCommand[] = [
    { type: "account.create", data: { name: `Bench ${n}`, country: "DE", currency: "USD", agreement: "MCA" } },
    ...users.map((user): SampleCommand => ({ type: "user.set", data: { user, displayName: user, usageLocation: "DE" } })),
    {
      type: "subscription.buy",
      data: { subscription: "plan", product: PLAN, licences: usersPerAccount, term: "P1M", billingFrequency: "monthly" },
    },
    { type: "payAsYouGo.set", data: { subscription: "plan", on: true } },
  ];
  for (let first = 0; first < users.length; first += USERS_PER_ASSIGNMENT)
    commands.push({ type: "licence.assign", data: { subscription: "plan", users: users.slice(first, first + USERS_PER_ASSIGNMENT) } });
  return commands;
}

const PLAN = "MCOPSTN2";
const USERS_PER_ASSIGNMENT = 20;
const ANSWER_WITHIN_MS = 20_000;

/** Gives the commands through the log, as the API does, and waits for every answer. Throws on the first refusal. */
export async function setUpAccounts(nc: NatsConnection, { inboxPrefix }: LogAccess, setting: AccountSetting): Promise<void> {
  const inbox = createInbox(inboxPrefix);
  const waiting = new Map<string, (answer: CommandAnswer) => void>();
  const subscription = nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error === null) waiting.get(message.subject.slice(inbox.length + 1))?.(message.json<CommandAnswer>());
    },
  });
  let given = 0;
  const give = async (account: AccountId, { type, data }: SampleCommand): Promise<void> => {
    const id = String(given++);
    const answered = new Promise<CommandAnswer>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${type} for ${account} was not answered within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    const withReply = headers();
    withReply.set(REPLY_HEADER, `${inbox}.${id}`);
    const command = { commandId: `bench-${account}-${id}`, type, actor: { kind: "system", id: "bench", roles: ["global"] }, data };
    nc.publish(commandsSubject(account), JSON.stringify(command), { headers: withReply });
    const answer = await answered;
    if (answer.outcome === "refused") throw new Error(`${type} for ${account} was refused: ${answer.code} ${answer.detail ?? ""}`);
  };
  for (let n = 0; n < setting.accounts; n++) {
    // A partition keeps the order of what is published, so nothing waits for the answer before.
    const account = accountName(n);
    await Promise.all(accountCommands(n, setting).map((command) => give(account, command)));
  }
  subscription.unsubscribe();
}
