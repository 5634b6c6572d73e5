import type { AccountId } from "@tollbook/contracts/units.ts";
import { timeUs } from "@tollbook/contracts/units.ts";
import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { AccountEventRow, CallRow } from "@tollbook/domain/fold.ts";
import { encodeAccountEventRows, encodeCallRows } from "@tollbook/warehouse/encode-rows.ts";
import { insertRows, insertToken } from "@tollbook/warehouse/insert.ts";
import { migrate } from "@tollbook/warehouse/migrate.ts";
import { openTestWarehouse } from "@tollbook/warehouse/testing/open-test-warehouse.ts";
import { fastify } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { registerCost } from "../cost/register.ts";
import { registerGraph } from "../graph/register.ts";
import { answerError } from "../problem.ts";
import { peopleFrom, type People, type PeopleFacts, type PeopleOf } from "../reports/people.ts";
import { registerReports } from "../reports/register.ts";
import { openReports } from "../reports.ts";
import type { App, Services } from "../services.ts";

/**
 * The report routes over a real ClickHouse, at a time that the test chooses, without log and meter: rows are stored as the
 * meter would. Who may call them is tested elsewhere; here, a key of the account does.
 */
export interface ReportApi {
  store(calls: readonly CallRow[], events?: readonly AccountEventRow[]): Promise<void>;
  get(path: string): Promise<ReportAnswer>;
  close(): Promise<void>;
}

export interface ReportAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly bytes: Buffer;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the route under test answers
  readonly body: any;
}

const P = 3;

export async function startReportApi({
  now,
  people = {},
  view = () => ({ error: "unknownAccount", detail: "" }),
  account = "acme",
}: {
  readonly now: string;
  readonly people?: Partial<PeopleFacts>;
  readonly view?: (request: ViewRequest) => ViewAnswer;
  readonly account?: string;
}): Promise<ReportApi> {
  const warehouse = await openTestWarehouse();
  const { client } = warehouse;
  await migrate(client);
  let batch = 0;
  const who: People = peopleFrom({
    partition: P,
    country: "DE",
    hiddenDigits: 3,
    pseudonymised: false,
    clockOffsetUs: 0,
    users: new Map(),
    key: "",
    ...people,
  });
  const settled = {
    partitions: 8,
    of: () => ({ epoch: 1, batch, outSeq: 0, logSeq: 0, logTime: timeUs(Date.parse(now) * 1000) }),
    scope: (name: AccountId) => ({ account: name, p: P, settledBatch: batch }),
    wait: async () => true,
  } satisfies Services["settled"];
  const connection = {
    request: async (_subject: string, text: string) => ({ json: () => view(JSON.parse(text) as ViewRequest) }),
  };
  const services = {
    settled,
    clickhouse: client,
    reports: openReports(client, settled),
    now: () => new Date(now),
    // Of the log only views are asked for here.
    log: { connection: () => connection } as unknown as Services["log"],
    config: { secureCookies: false } as Services["config"],
    directory: { account: () => ({ account }) } as unknown as Services["directory"],
  };
  const app = fastify({ routerOptions: { maxParamLength: 256 } }).withTypeProvider<ZodTypeProvider>() as unknown as App;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.addHook("onRequest", async (request) => {
    const key = { keyId: "k", name: "k", account, feeder: "f", scopes: ["read" as const] };
    request.principal = { kind: "key", key: { ...key, createdAt: "", expiresAt: null, secretSha256: "" } };
    request.held = {
      roles: ["read"],
      adminsHaveBilling: true,
      everywhere: () => true,
      anywhere: () => true,
      inProfile: () => true,
      inBillingAccount: () => true,
    };
  });
  const peopleOf: PeopleOf = { of: async () => who };
  registerReports(app, services, peopleOf);
  registerCost(app, services, peopleOf);
  await registerGraph(app, services, peopleOf);
  await app.ready();
  return {
    async store(calls, events = []) {
      const key = { p: P, epoch: 1, batch: batch + 1 };
      if (calls.length > 0)
        await insertRows(client, "rated_calls", encodeCallRows(calls, key).bytes, insertToken("rated_calls", key, 1));
      if (events.length > 0)
        await insertRows(
          client,
          "account_events",
          encodeAccountEventRows(events, key).bytes,
          insertToken("account_events", key, 1),
        );
      batch += 1;
    },
    async get(path) {
      const answer = await app.inject({ method: "GET", url: path, headers: { host: "tollbook.test" } });
      const json = /json/.test(String(answer.headers["content-type"]));
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        bytes: answer.rawPayload,
        body: json ? (JSON.parse(answer.body) as unknown) : null,
      };
    },
    async close() {
      await app.close();
      await warehouse.close();
    },
  };
}
