import type { CreatedApiKey } from "@tollbook/contracts/http.ts";
import { isAccountId } from "@tollbook/contracts/units.ts";
import { signIn } from "../api-client.ts";
import type { SampleCommand } from "../demo/organisations.ts";
import { UserFacingError } from "../failure.ts";
import { openInstallation } from "../installation.ts";

/** What the README's five minutes need: one user with a plan and credits. */
const commands: SampleCommand[] = [
  { type: "user.set", data: { user: "ada", displayName: "Front desk", usageLocation: "DE" } },
  ...licence("phone", "teams-phone-standard"),
  ...licence("domestic-120", "calling-plan-domestic-120"),
  ...licence("credits", "communications-credits"),
  { type: "credits.topUp", data: { amount: "50.00", reference: "quickstart" } },
];

/** Makes a small organisation on the running installation and prints a new API key for it, alone on standard output. */
export async function quickstart(account: string): Promise<void> {
  if (!isAccountId(account)) throw new UserFacingError("an account is named with 1 to 63 of a-z, 0-9 and -.");
  const installation = openInstallation(process.env);
  const url = `http://127.0.0.1:${installation.ports.api}`;
  const api = await signIn(url, installation.secrets).catch((error: unknown) => {
    if (error instanceof UserFacingError) throw error;
    throw new UserFacingError(`nothing answers at ${url}. Start Tollbook first, in another terminal: ./tollbook up`);
  });
  await api.createAccount(account, { name: account, country: "DE", currency: "USD", agreement: "MOSA" });
  for (const { type, data } of commands) {
    const answer = await api.command(account, type, data as never, "quickstart");
    if (answer.outcome === "refused")
      throw new UserFacingError(`${account}: ${type} was refused (${answer.code}: ${answer.detail ?? ""})`);
  }
  const { secret } = await api.send<CreatedApiKey>("POST", `/v1/accounts/${account}/api-keys`, {
    name: "quickstart",
    feeder: "quickstart",
    scopes: ["ingest", "authorize", "read"],
  });
  process.stderr.write(`${account}: user ada with a plan of 120 minutes and 50.00 USD of credits. The key for its telephony:\n`);
  process.stdout.write(`${secret}\n`);
}

function licence(subscription: string, product: string): SampleCommand[] {
  return [
    { type: "subscription.buy", data: { subscription, product, licences: 1, term: "P1Y", billingFrequency: "monthly" } },
    { type: "licence.assign", data: { subscription, users: ["ada"] } },
  ];
}
