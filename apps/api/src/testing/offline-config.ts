import type { ApiConfig } from "../environment.ts";

/** For tests of routes alone: nothing is listening at these addresses (port 9 is "discard"). */
export const offlineConfig: ApiConfig = {
  host: "127.0.0.1",
  port: 0,
  natsUrl: "nats://127.0.0.1:9",
  natsUser: "api",
  natsPassword: "",
  clickhouseUrl: "http://127.0.0.1:9",
  secureCookies: false,
  keyEnvironment: "test",
  dashboardFolder: null,
  limits: { key: 1_000_000, person: 1_000_000, address: 1_000_000, signIn: 1_000_000 },
  oidc: null,
  outbox: { smtpUrl: null, mailFrom: "", stripe: null, testProvider: true, webhooksAnywhere: true },
  seller: null,
  logLevel: "silent",
};
