import { createHash } from "node:crypto";
import { InvoiceLineCalls, InvoiceLineEvents } from "@tollbook/contracts/invoice-lines.ts";
import { formatMicros, formatTime } from "@tollbook/contracts/units.ts";
import { invoicedCalls, invoicedEvents, type LineKey } from "@tollbook/warehouse/queries/invoices.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { decodeCursor, encodeCursor, limitFromText } from "../calls/call-query.ts";
import { callFromRow } from "../calls/call-view.ts";
import { accountName, afterSeq, problems } from "../schemas.ts";
import { openPeople } from "../reports/people.ts";
import type { App, Services } from "../services.ts";
import { loadInvoice } from "./load-invoice.ts";

const id = z.string().check(z.minLength(1), z.maxLength(256));
const LineParams = z.object({ account: accountName, invoice: id, line: id });
const pageQuery = z.strictObject({
  cursor: z.optional(z.string().check(z.maxLength(512))),
  limit: z.optional(z.string().check(z.regex(/^\d{1,3}$/))),
  after: afterSeq,
});

/** Every line of an invoice lists what it was summed from (issue: "every line lists its calls"). */
export function registerInvoiceLines(app: App, services: Services): void {
  const { reports } = services;
  const readers = openPeople(services);

  app.get(
    "/v1/accounts/:account/invoices/:invoice/lines/:line/calls",
    {
      config: { access: { account: ["readPerUserUsage"] } },
      schema: {
        operationId: "listInvoiceLineCalls",
        tags: ["Invoices"],
        summary: "The calls of one line, in order of the log; `invoiced` sums to the line's exact amount",
        description:
          "A corrected or voided call stands there with each of its versions. Numbers are masked as in the list of calls.",
        params: LineParams,
        querystring: pageQuery,
        response: { 200: InvoiceLineCalls, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { key, after, limit, binding } = page(account, request.params, request.query);
      await loadInvoice(services, request, key.invoice);
      const reader = await readers.of(account);
      await reports.settle(account, request.query.after);
      const { rows, next } = await reports.read(
        account,
        async (client, scope) => await invoicedCalls(client, scope, key, { after, limit }),
      );
      return {
        calls: rows.map((row) => ({
          ...callFromRow(row, reader),
          entry: row.entry,
          invoiced: formatMicros(row.invoicedMicros),
        })),
        next: next === null ? null : encodeCursor({ value: 0, outSeq: next }, binding),
        dataUntil: reports.dataUntil(account),
      };
    },
  );

  app.get(
    "/v1/accounts/:account/invoices/:invoice/lines/:line/events",
    {
      config: { access: { account: ["readInvoices"], scoped: true } },
      schema: {
        operationId: "listInvoiceLineEvents",
        tags: ["Invoices"],
        summary: "What is no call on one line: licences, proration, credits, discounts",
        params: LineParams,
        querystring: pageQuery,
        response: { 200: InvoiceLineEvents, ...problems("reportsUnreachable", "meterUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { key, after, limit, binding } = page(account, request.params, request.query);
      await loadInvoice(services, request, key.invoice);
      await reports.settle(account, request.query.after);
      const { rows, next } = await reports.read(
        account,
        async (client, scope) => await invoicedEvents(client, scope, key, { after, limit }),
      );
      return {
        events: rows.map(({ time, amountMicros, ...row }) => ({
          ...row,
          time: formatTime(time),
          amount: formatMicros(amountMicros),
        })),
        next: next === null ? null : encodeCursor({ value: 0, outSeq: next }, binding),
        dataUntil: reports.dataUntil(account),
      };
    },
  );
}

interface Page {
  readonly key: LineKey;
  readonly after: number;
  readonly limit: number;
  /** A cursor of one line is none of another. */
  readonly binding: string;
}

function page(
  account: string,
  { invoice, line }: LineKey,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit?: string | undefined },
): Page {
  const binding = createHash("sha256")
    .update(JSON.stringify([account, invoice, line]))
    .digest("base64url")
    .slice(0, 16);
  const after = decodeCursor(cursor, binding)?.outSeq ?? 0;
  return { key: { invoice, line }, after, limit: limitFromText(limit), binding };
}
