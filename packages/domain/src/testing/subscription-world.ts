import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { CommandData, CommandType } from "@tollbook/contracts/commands.ts";
import { parseTime } from "@tollbook/contracts/units.ts";
import type { LogEntry } from "../fold.ts";
import { latest } from "../history.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { beginWorld, DAY } from "./rule-world.ts";
import type { World } from "./rule-world.ts";

/** An organisation whose days go by one at a time from midnight, for the tests of what happens to subscriptions by time. */
export interface SubscriptionWorld extends World {
  /** Every midnight until then, in order. */
  readonly until: (time: string) => void;
  /** Any time on the way is a minute's tick. */
  readonly at: (time: string) => void;
  readonly buy: (data?: Partial<CommandData<"subscription.buy">>) => CommandAnswer;
  /** Given, and answered whatever it is. */
  readonly give: <T extends CommandType>(type: T, data: CommandData<T>, actor?: string) => CommandAnswer;
  readonly subscription: (id?: string) => Subscription;
  readonly state: (id?: string) => string;
  /** Charges of licences so far: kind, licences, micro-units. */
  readonly charges: () => [string, number, number][];
}

export const bought = {
  subscription: "s",
  product: "calling-plan-domestic",
  licences: 10,
  term: "P1Y",
  billingFrequency: "monthly",
} as const;

export function beginSubscriptions(
  facts: Parameters<typeof beginWorld>[0] = {},
  start = "2026-01-01T00:00:00Z",
): SubscriptionWorld {
  const world = beginWorld({ agreement: "MCA", ...facts }, start);
  const { fold } = world;
  const subscription = (id = "s"): Subscription => {
    const found = fold.state.accounts.get("acme")?.subscriptions.get(id);
    if (found === undefined) throw new Error(`no subscription ${id}`);
    return found;
  };
  const whole = (): void => {
    const frozen = fold.state.accounts.get("acme")?.frozen;
    if (frozen !== "") throw new Error(`frozen: ${frozen ?? "no account"}`);
  };
  let given = 0;
  return {
    ...world,
    until(time) {
      const end = parseTime(time);
      if (end === null) throw new RangeError(`no time: ${time}`);
      for (let next = (Math.floor(fold.now / DAY) + 1) * DAY; next <= end; next += DAY) {
        fold.now = next;
        fold.tick();
      }
      whole();
    },
    at(time) {
      fold.at(time).tick();
      whole();
    },
    buy: (data = {}) => world.org.command("subscription.buy", { ...bought, ...data }),
    give(type, data, actor = "admin") {
      const command = { commandId: `g${++given}`, type, actor: { kind: "person", id: actor, roles: [] }, data };
      // Type and data belong together by this method's own signature.
      const entry = { kind: "command", account: "acme", command, reply: "inbox" } as unknown as LogEntry;
      const reply = fold.apply(entry).findLast((output) => output.kind === "reply");
      if (reply === undefined) throw new Error("no reply came");
      whole();
      return reply.body as CommandAnswer;
    },
    subscription,
    state: (id = "s") => latest(subscription(id).states),
    charges: () =>
      fold.events
        .filter(({ type }) => type === "charge.licence" || type === "charge.proration")
        .map(({ type, data, amountMicros }) => [
          type.slice("charge.".length),
          (JSON.parse(data) as { licences: number }).licences,
          amountMicros,
        ]),
  };
}
