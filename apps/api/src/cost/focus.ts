import { Readable } from "node:stream";
import type { BillingView, InvoicesView } from "@tollbook/contracts/billing-views.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { daysFromCivil, US_PER_DAY, timeUs, type AccountId } from "@tollbook/contracts/units.ts";
import type { SubscriptionsView } from "@tollbook/contracts/views.ts";
import { startOfLocalDay } from "@tollbook/domain/calendar.ts";
import { periodAt } from "@tollbook/domain/billing/period.ts";
import { costOfCalls, costOfEvents, issuedSince } from "@tollbook/warehouse/queries/focus.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { csvLine } from "../csv-cells.ts";
import { checkRange, day } from "../invoices/invoice-range.ts";
import { ApiProblem } from "../problem.ts";
import { problemFromQuery } from "../reports.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { figureColumns, focusColumns, ownColumns, type FocusRow } from "./focus-columns.ts";
import { rowOfCall, rowOfEvent, rowsOfDocument, type FocusNames, type FocusPeriod } from "./focus-rows.ts";

const columns = [...focusColumns, ...ownColumns];
/** A row is one person's call: whatever the time, that asks for the permission to see such. */
const access = { account: ["readCost"], perUser: ["from"] } as const;

/** The cost of an account as FOCUS 1.2, so that tools for cloud costs read it as they are. */
export function registerFocus(app: App, services: Services): void {
  const description =
    "Whole billing periods that begin in `[from, to]`, at most 24 months; what is on no invoice by the time of the charge. One row per " +
    "charge. The sum of BilledCost by InvoiceId is the invoice's total, to the millionth: tax and rounding are rows. What pools or credits " +
    "paid is billed 0; credits are billed when they are bought and effective when they are used.";
  const query = z.strictObject({ from: day, to: day, after: afterSeq });
  const trouble = problems("reportsUnreachable", "meterUnreachable", "logUnreachable");

  app.get(
    "/v1/accounts/:account/cost/focus.csv",
    {
      config: { access },
      schema: {
        operationId: "exportFocusCsv",
        tags: ["Reports"],
        summary: "Cost as FOCUS 1.2, CSV, streamed",
        description,
        params: AccountParams,
        querystring: query,
        response: { 200: { description: "CSV", content: { "text/csv": { schema: z.string() } } }, ...trouble },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const rows = await openExport(services, account, request.query);
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", `attachment; filename="focus-${account}.csv"`)
        .send(Readable.from(csvOf(rows)) as unknown as string);
    },
  );

  app.get(
    "/v1/accounts/:account/cost/focus.ndjson",
    {
      config: { access },
      schema: {
        operationId: "exportFocusJson",
        tags: ["Reports"],
        summary: "Cost as FOCUS 1.2 without columns of our own, one JSON object a line, streamed",
        description,
        params: AccountParams,
        querystring: query,
        response: { 200: { description: "NDJSON", content: { "application/x-ndjson": { schema: z.string() } } }, ...trouble },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const rows = await openExport(services, account, request.query);
      return reply
        .type("application/x-ndjson")
        .header("content-disposition", `attachment; filename="focus-${account}.ndjson"`)
        .send(Readable.from(jsonOf(rows)) as unknown as string);
    },
  );
}

async function* csvOf(pages: AsyncIterable<readonly FocusRow[]>): AsyncGenerator<string> {
  // Read by programs: commas, points, and no byte order mark.
  yield csvLine(columns, "en");
  for await (const page of pages) {
    const lines = page.map((row) =>
      csvLine(
        columns.map((column) => (figureColumns.has(column) ? { figure: row[column] ?? "" } : (row[column] ?? ""))),
        "en",
      ),
    );
    yield lines.join("");
  }
}

async function* jsonOf(pages: AsyncIterable<readonly FocusRow[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    const lines = page.map((row) =>
      JSON.stringify(Object.fromEntries(focusColumns.map((column) => [column, row[column] ?? null]))),
    );
    if (lines.length > 0) yield `${lines.join("\n")}\n`;
  }
}

interface ExportQuery {
  readonly from: string;
  readonly to: string;
  readonly after?: string | undefined;
}

/** Everything that can be refused is refused before the first row leaves. */
async function openExport(
  services: Services,
  account: AccountId,
  { from, to, after }: ExportQuery,
): Promise<AsyncGenerator<readonly FocusRow[]>> {
  const { log, reports, clickhouse, settled, config } = services;
  checkRange({ from, to });
  await reports.settle(account, after);
  const [billing, list, products] = (await Promise.all([
    askMeter(log, account, { view: "billing" }),
    askMeter(log, account, { view: "invoices", from, to }),
    askMeter(log, account, { view: "subscriptions" }),
  ])) as [BillingView, InvoicesView, SubscriptionsView];
  const documents = await reports.read(account, async (client, scope) => await issuedSince(client, scope, from));
  const periods = periodsOf(billing, list, documents, { from, to });
  const known = new Map(products.subscriptions.map((one) => [one.subscription, { product: one.product, name: one.productName }]));
  const names: FocusNames = {
    issuer: config.seller?.name ?? "Tollbook",
    product: (subscription) => known.get(subscription) ?? { product: subscription, name: subscription },
  };
  const selection = {
    invoices: [...periods.byInvoice.keys()],
    from: timeUs(startOf(from, "UTC")),
    to: timeUs(startOf(to, "UTC") + US_PER_DAY),
  };
  const scope = settled.scope(account);
  const rows = (async function* (): AsyncGenerator<readonly FocusRow[]> {
    for await (const page of costOfCalls(clickhouse, scope, selection))
      yield page.map((call) => rowOfCall(call, periods.of(call.invoice, call.startAt, call.subscription), names));
    for await (const page of costOfEvents(clickhouse, scope, selection))
      yield page.map((event) => rowOfEvent(event, periods.of(event.invoice, event.at, ""), names));
    for (const { invoice, period } of periods.documents) yield rowsOfDocument(invoice, period, names);
  })();
  // The first page decides whether this is an answer or a problem; after it, a failure breaks the connection off.
  const first = await rows.next().catch((error: unknown) => {
    throw problemFromQuery(error);
  });
  return (async function* () {
    if (first.done !== true) yield first.value;
    yield* rows;
  })();
}

const startOf = (text: string, timeZone: string): number => {
  const [year = 0, month = 0, date = 0] = text.split("-").map(Number);
  return startOfLocalDay(timeZone, daysFromCivil(year, month, date) ?? 0);
};

interface Periods {
  readonly byInvoice: ReadonlyMap<string, FocusPeriod>;
  readonly documents: readonly { readonly invoice: Invoice; readonly period: FocusPeriod }[];
  /** Of what is on an invoice, that of the invoice; else the period at that time of the profile that pays for the subscription. */
  of(invoice: string, at: number, subscription: string): FocusPeriod;
}

/** Throws ApiProblem when an invoice is issued and its document not stored yet: without it the sums would be wrong. */
function periodsOf(
  { billingProfiles }: BillingView,
  list: InvoicesView,
  documents: readonly Invoice[],
  { from, to }: { readonly from: string; readonly to: string },
): Periods {
  const profiles = new Map(billingProfiles.map((one) => [one.profile, one]));
  const main = billingProfiles[0];
  const payers = new Map(billingProfiles.flatMap((one) => one.subscriptions.map((subscription) => [subscription, one])));
  const within = (text: string): boolean => text >= from && text <= to;
  const periodOf = (profile: string, start: string, end: string, number: string | null, invoice: string): FocusPeriod => {
    const { timeZone = "UTC", displayName = profile, billingAccount = "" } = profiles.get(profile) ?? {};
    return {
      profile,
      profileName: displayName,
      billingAccount,
      from: startOf(start, timeZone),
      to: startOf(end, timeZone),
      number,
      invoice,
    };
  };
  const byInvoice = new Map<string, FocusPeriod>();
  const stored = new Set(documents.map(({ invoice }) => invoice));
  for (const { invoice, number, billingProfile, period } of list.invoices) {
    if (number === null && within(period.from))
      byInvoice.set(invoice, periodOf(billingProfile, period.from, period.to, null, invoice));
    else if (number !== null && !stored.has(invoice) && period.from >= from)
      throw new ApiProblem("reportsUnreachable", {
        detail: `The invoice ${number} is issued, and not stored yet.`,
        hint: "Ask again in a moment.",
        retryAfterSeconds: 1,
      });
  }
  const issued: { readonly invoice: Invoice; readonly period: FocusPeriod }[] = [];
  for (const invoice of documents) {
    const { billingProfile, number, period } = invoice;
    if (invoice.refersTo === null) {
      if (!within(period.from)) continue;
      const own = periodOf(billingProfile, period.from, period.to, number, invoice.invoice);
      byInvoice.set(invoice.invoice, own);
      issued.push({ invoice, period: own });
      continue;
    }
    // A credit note is a charge of the period in which it was written, not of the one that it takes back from.
    const { anchorDay = 1, timeZone = "UTC" } = profiles.get(billingProfile) ?? {};
    const { from: start, to: end } = periodAt(startOf(invoice.invoiceDate ?? period.to, timeZone), anchorDay, timeZone);
    if (start < startOf(from, timeZone) || start > startOf(to, timeZone)) continue;
    const own = { ...periodOf(billingProfile, period.from, period.to, number, invoice.invoice), from: start, to: end };
    issued.push({ invoice, period: own });
  }
  return {
    byInvoice,
    documents: issued,
    of(invoice, at, subscription) {
      const found = byInvoice.get(invoice);
      if (found !== undefined) return found;
      const {
        profile = "main",
        displayName = "",
        billingAccount = "",
        anchorDay = 1,
        timeZone = "UTC",
      } = payers.get(subscription) ?? main ?? {};
      return {
        profile,
        profileName: displayName,
        billingAccount,
        ...periodAt(at, anchorDay, timeZone),
        number: null,
        invoice: "",
      };
    },
  };
}
