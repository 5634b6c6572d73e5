import { createInbox, headers, type NatsConnection } from "@nats-io/transport-node";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { commandsSubject, REPLY_HEADER } from "@tollbook/contracts/subjects.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { connectLog, type LogAccess } from "../harness/log.ts";
import { accountName, userName } from "./calls.ts";

export interface AccountSetting {
  readonly accounts: number;
  readonly usersPerAccount: number;
}

type SampleCommand = { [T in CommandType]: { type: T; data: CommandData<T> } }[CommandType];

/**
 * Organisations whose calls are paid in every way. Every second one pays after use (MCA): included minutes first, then
 * overage. The others pay from credits (MOSA), which the benchmark does not exhaust. Half of the users of each have a plan
 * with included minutes, half a plan without.
 */
export function accountCommands(n: number, usersPerAccount: number): SampleCommand[] {
  const users = Array.from({ length: usersPerAccount }, (_, i) => userName(i));
  const [planned, unplanned] = [users.slice(0, users.length >> 1), users.slice(users.length >> 1)];
  const paysAfterUse = n % 2 === 0;
  return [
    {
      type: "account.create",
      data: { name: `Bench ${n}`, country: "DE", currency: "USD", agreement: paysAfterUse ? "MCA" : "MOSA" },
    },
    ...users.map((user): SampleCommand => ({ type: "user.set", data: { user, displayName: user, usageLocation: "DE" } })),
    ...licences("phone", "teams-phone-standard", users),
    ...licences("plan", "calling-plan-international", planned),
    ...licences("payg", "calling-plan-payg-zone-2", unplanned),
    ...(paysAfterUse
      ? ["plan", "payg"].map((subscription) => ({ type: "payAsYouGo.set", data: { subscription, on: true } }) as const)
      : [...licences("credits", "communications-credits", users), ...Array.from({ length: TOP_UPS }, (_, i) => topUp(i))]),
  ];
}

function licences(subscription: string, product: string, users: readonly string[]): SampleCommand[] {
  const data = { subscription, product, licences: users.length, term: "P1Y", billingFrequency: "monthly" } as const;
  const commands: SampleCommand[] = [{ type: "subscription.buy", data }];
  for (let first = 0; first < users.length; first += USERS_PER_ASSIGNMENT)
    commands.push({ type: "licence.assign", data: { subscription, users: users.slice(first, first + USERS_PER_ASSIGNMENT) } });
  return commands;
}

/** Each the most that is allowed (CC-3). */
const topUp = (i: number): SampleCommand => ({ type: "credits.topUp", data: { amount: "10000.00", reference: `bench ${i}` } });
const TOP_UPS = 5;

/** SS-4. */
const USERS_PER_ASSIGNMENT = 20;
const ANSWER_WITHIN_MS = 20_000;

/** Gives the commands through the log, as the API does, and waits for every answer. Throws on the first refusal. */
export async function setUpAccounts(log: LogAccess, setting: AccountSetting): Promise<void> {
  const nc = await connectLog(log);
  try {
    await giveAll(nc, createInbox(log.inboxPrefix), setting);
  } finally {
    await nc.close();
  }
}

async function giveAll(nc: NatsConnection, inbox: string, setting: AccountSetting): Promise<void> {
  const waiting = new Map<string, (answer: CommandAnswer) => void>();
  nc.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error === null) waiting.get(message.subject.slice(inbox.length + 1))?.(message.json<CommandAnswer>());
    },
  });
  let given = 0;
  const give = async (account: AccountId, { type, data }: SampleCommand): Promise<void> => {
    const id = String(given++);
    const answered = new Promise<CommandAnswer>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${type} for ${account} was not answered within ${ANSWER_WITHIN_MS} ms`)),
        ANSWER_WITHIN_MS,
      );
      waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    const withReply = headers();
    withReply.set(REPLY_HEADER, `${inbox}.${id}`);
    const command = {
      commandId: `bench-${account}-${id}`,
      type,
      actor: { kind: "system", id: "bench", roles: ["global"] },
      data,
    };
    nc.publish(commandsSubject(account), JSON.stringify(command), { headers: withReply });
    const answer = await answered;
    if (answer.outcome === "refused")
      throw new Error(`${type} for ${account} was refused: ${answer.code} ${answer.detail ?? ""}`);
  };
  for (let n = 0; n < setting.accounts; n++) {
    // A partition keeps the order of what is published, so nothing waits for the answer before.
    const account = accountName(n);
    await Promise.all(accountCommands(n, setting.usersPerAccount).map((command) => give(account, command)));
  }
}
