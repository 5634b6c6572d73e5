import { callsSubject } from "@tollbook/contracts/subjects.ts";
import { isAccountId, isFeederId } from "@tollbook/contracts/units.ts";
import { feederInboxPrefix } from "@tollbook/meter/nats-config.ts";
import { UserFacingError } from "../failure.ts";
import { openInstallation } from "../installation.ts";
import { ensureFeeder } from "../stack.ts";

/** Gives a sender of call events its NATS user, bound to one account, and prints how to use it. Twice is harmless. */
export async function feederAdd(account: string, feeder: string): Promise<void> {
  if (!isAccountId(account) || !isFeederId(feeder))
    throw new UserFacingError("account and feeder are 1 to 63 of a-z, 0-9 and - each.");
  const installation = openInstallation(process.env);
  const { password } = ensureFeeder(installation, account, feeder);
  process.stdout.write(
    [
      `server        nats://127.0.0.1:${installation.ports.nats}`,
      `user          ${account}.${feeder}`,
      `password      ${password}`,
      `inbox prefix  ${feederInboxPrefix(account, feeder)}`,
      `publish to    ${callsSubject(account, feeder)}`,
      "",
    ].join("\n"),
  );
}
