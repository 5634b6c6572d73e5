/** Connections of the command to its own running installation. */
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { FeederCredentials } from "@tollbook/meter/nats-config.ts";
import { feederInboxPrefix } from "@tollbook/meter/nats-config.ts";
import { UserFacingError } from "./failure.ts";
import type { Installation } from "./installation.ts";

/** As the operator, who may do everything. */
export async function connectOperator({ ports, secrets }: Installation): Promise<NatsConnection> {
  return await open(ports.nats, { user: "operator", pass: secrets.natsOperator });
}

/** As a feeder, who may publish calls of its one account and nothing else. */
export async function connectFeeder(
  { ports }: Installation,
  { account, feeder, password }: FeederCredentials,
): Promise<NatsConnection> {
  return await open(ports.nats, {
    user: `${account}.${feeder}`,
    pass: password,
    inboxPrefix: feederInboxPrefix(account, feeder),
  });
}

async function open(port: number, login: { user: string; pass: string; inboxPrefix?: string }): Promise<NatsConnection> {
  // A server that has just been told of a new user may still be reading its configuration.
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect({
        servers: `nats://127.0.0.1:${port}`,
        name: `tollbook command (${login.user})`,
        // The log server may be restarted under a long import: it goes on.
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        ...login,
      });
    } catch (error) {
      const refused = (error as Error).message;
      if (attempt >= 20 || /ECONNREFUSED/.test(refused)) {
        throw new UserFacingError(
          `the event log on port ${port} does not let ${login.user} in (${refused}). Is Tollbook running? Start it with ./tollbook up`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
