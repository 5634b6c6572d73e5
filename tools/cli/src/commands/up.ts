import { buildDashboard } from "../dashboard-build.ts";
import { openInstallation } from "../installation.ts";
import { startStack } from "../stack.ts";
import { listenForStop } from "../until-stopped.ts";

/** Everything on this machine, without sample data. */
export async function up(): Promise<void> {
  const installation = openInstallation(process.env);
  const stop = listenForStop();
  await buildDashboard(say);
  const stack = await startStack(installation, say);
  const { operatorEmail, operatorPassword } = installation.secrets;
  say(`\nTollbook is up. Open ${stack.url} and sign in as ${operatorEmail} with the password ${operatorPassword}`);
  say(`Data: ${installation.folder}    Logs: ${installation.folder}/logs    Stop: Ctrl-C`);
  await stop.within(null);
  say("Stopping …");
  await stack.stop();
  say("Stopped. Nothing is lost: start again with ./tollbook up");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
