import { InvoicesView } from "@tollbook/contracts/billing-views.ts";
import { Invoice } from "@tollbook/contracts/invoice.ts";
import { storedCreditNotes } from "@tollbook/warehouse/queries/invoices.ts";
import * as z from "zod/mini";
import { accountOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { ApiProblem } from "../problem.ts";
import { accountName, AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { registerInvoiceDocuments } from "./invoice-documents.ts";
import { registerInvoiceLines } from "./invoice-lines.ts";
import { checkRange, day } from "./invoice-range.ts";
import { loadInvoice, visibleProfiles } from "./load-invoice.ts";

export const invoiceAccess = { account: ["readInvoices"], scoped: true } as const;
/** A draft's id holds a slash: `main/2026-11-01` is `main%2F2026-11-01` in a path. */
export const InvoiceParams = z.object({ account: accountName, invoice: z.string().check(z.minLength(1), z.maxLength(128)) });

export function registerInvoices(app: App, services: Services): void {
  const { log, reports } = services;
  registerInvoiceLines(app, services);
  registerInvoiceDocuments(app, services);

  app.get(
    "/v1/accounts/:account/invoices",
    {
      config: { access: invoiceAccess },
      schema: {
        operationId: "listInvoices",
        tags: ["Invoices"],
        summary: "Invoices, credit notes and drafts, newest first",
        description:
          "Of the last 3 months, of the last 6 (`months=6`), or from one day to another, both inclusive, at most 24 months apart. An " +
          "invoice counts on its date, a draft on every day of its period.",
        params: AccountParams,
        querystring: z.strictObject({
          months: z.optional(z.enum(["3", "6"])),
          from: z.optional(day),
          to: z.optional(day),
          after: afterSeq,
        }),
        response: { 200: InvoicesView, ...problems("meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => {
      const { months, from, to, after } = request.query;
      if ((from === undefined) !== (to === undefined) || (months !== undefined && from !== undefined))
        throw new ApiProblem("invalidRequest", {
          detail: "from, to: both or none, and not together with months",
          hint: "Send months=3, months=6, or from and to.",
        });
      const range =
        from === undefined || to === undefined
          ? months === undefined
            ? {}
            : { months: Number(months) }
          : checkRange({ from, to });
      const visible = await visibleProfiles(services, request);
      const list = (await askMeter(log, accountOf(request), { view: "invoices", ...range }, after)) as InvoicesView;
      const invoices = list.invoices.filter(({ billingProfile }) => visible(billingProfile));
      // Of what one may not see, not even the number is told.
      const hidden = list.invoices.length - invoices.length;
      return { ...list, total: hidden === 0 ? list.total : invoices.length, invoices };
    },
  );

  app.get(
    "/v1/accounts/:account/invoices/:invoice",
    {
      config: { access: invoiceAccess },
      schema: {
        operationId: "getInvoice",
        tags: ["Invoices"],
        summary: "One invoice with its lines: a draft as it accrues, an issued one as it was given out",
        description: "The id holds a slash, which is sent as %2F. State, paid and payable are those of now.",
        params: InvoiceParams,
        querystring: z.strictObject({ after: afterSeq }),
        response: { 200: Invoice, ...problems("reportsUnreachable", "meterUnreachable", "logUnreachable") },
      },
    },
    async (request) => await loadInvoice(services, request, request.params.invoice, request.query.after),
  );

  app.get(
    "/v1/accounts/:account/invoices/:invoice/credit-notes",
    {
      config: { access: invoiceAccess },
      schema: {
        operationId: "listCreditNotes",
        tags: ["Invoices"],
        summary: "The credit notes that take back from an invoice, oldest first",
        params: InvoiceParams,
        querystring: z.strictObject({ after: afterSeq }),
        response: {
          200: z.object({ creditNotes: z.array(Invoice) }),
          ...problems("reportsUnreachable", "meterUnreachable", "logUnreachable"),
        },
      },
    },
    async (request) => {
      const account = accountOf(request);
      await reports.settle(account, request.query.after);
      const { number } = await loadInvoice(services, request, request.params.invoice);
      if (number === null) return { creditNotes: [] };
      const creditNotes = await reports.read(account, async (client, scope) => await storedCreditNotes(client, scope, number));
      return { creditNotes };
    },
  );
}
