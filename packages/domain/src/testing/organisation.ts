import type { CommandData } from "@tollbook/contracts/commands.ts";
import type { TestFold } from "./test-fold.ts";

/** Quick ways to an organisation for tests; every command must be accepted. */
export interface Organisation {
  readonly account: string;
  command: TestFold["command"] extends (account: string, ...rest: infer _) => infer R
    ? <T extends Parameters<TestFold["command"]>[1]>(type: T, data: CommandData<T>) => R
    : never;
  /** Users `u1`, `u2` … with a phone system licence. */
  users(count: number, location: string, from?: number): string[];
  /** Buys and assigns. */
  give(product: string, users: readonly string[], country?: string): string;
}

export function createOrganisation(
  fold: TestFold,
  facts: Partial<CommandData<"account.create">> = {},
  account = "acme",
): Organisation {
  const organisation: Organisation = {
    account,
    command(type, data) {
      const answer = fold.command(account, type, data);
      if (answer.outcome !== "accepted") throw new Error(`${type}: ${answer.code} ${answer.detail}`);
      return answer;
    },
    users(count, location, from = 1) {
      const ids = Array.from({ length: count }, (_, at) => `u${from + at}`);
      for (const user of ids) organisation.command("user.set", { user, displayName: user, usageLocation: location });
      return ids;
    },
    give(product, users) {
      const subscription = `s-${product}`;
      const known = fold.state.accounts.get(account)?.subscriptions.get(subscription);
      const licences = (known?.total ?? 0) + users.length;
      if (known === undefined) {
        organisation.command("subscription.buy", { subscription, product, licences, term: "P1Y", billingFrequency: "monthly" });
      } else organisation.command("licence.setTotal", { subscription, total: licences });
      for (let at = 0; at < users.length; at += 20)
        organisation.command("licence.assign", { subscription, users: users.slice(at, at + 20) });
      return subscription;
    },
  };
  organisation.command("account.create", { name: account, country: "DE", currency: "USD", agreement: "MOSA", ...facts });
  return organisation;
}
