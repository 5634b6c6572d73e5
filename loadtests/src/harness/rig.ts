/**
 * The installation under test, as the benchmark sees it from outside: processes it may start and stop, addresses and
 * passwords. The `tollbook` command builds it in a temporary folder on free loopback ports.
 */
export interface Rig {
  readonly natsUrl: string;
  /** The log server's users: the harness publishes calls as a feeder's stand-in and commands as the API. */
  readonly logins: { readonly operator: Login; readonly meter: Login; readonly api: Login };
  readonly clickhouse: { readonly url: string } & Login;
  readonly apiUrl: string;
  readonly partitions: number;
  /** Where a scenario may put files; deleted with the rig. */
  readonly folder: string;
  /** Starts a service and resolves when it answers. A service that ends by itself later makes the measurement fail. */
  start(service: ServiceName): Promise<void>;
  /** Asks it to finish, and resolves when it is gone. */
  stop(service: ServiceName): Promise<void>;
  /** Puts the sample rate decks in force. The log and the meter must run. */
  activateSampleDecks(): Promise<void>;
  /** Makes an account known to the API, and a key that may ask for it; its secret. The API must run. */
  createApiKey(account: string): Promise<string>;
  /** Process ids of the services that run. */
  readonly pids: () => Record<string, number>;
  /** Stops everything and deletes the data. */
  close(): Promise<void>;
}

export type ServiceName = "nats" | "clickhouse" | "meter" | "api";

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A fresh, empty installation each time. */
export type OpenRig = () => Promise<Rig>;
