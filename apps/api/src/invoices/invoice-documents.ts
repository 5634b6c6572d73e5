import type { Invoice } from "@tollbook/contracts/invoice.ts";
import type { FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { csvLanguages } from "../csv-cells.ts";
import { ApiProblem } from "../problem.ts";
import { accountName, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { invoiceCsv } from "./invoice-csv.ts";
import { loadInvoice } from "./load-invoice.ts";
import { invoicePdf } from "./pdf.ts";
import { invoiceUbl } from "./ubl.ts";
import { invoiceLocales } from "./words.ts";

const access = { account: ["readInvoices"], scoped: true } as const;
const params = z.object({ account: accountName, invoice: z.string().check(z.minLength(1), z.maxLength(128)) });
const file = (type: string, description: string): object => ({ description, content: { [type]: { schema: z.string() } } });
const trouble = problems("reportsUnreachable", "meterUnreachable", "logUnreachable");

/** The same invoice for printers, for accounting programs, for spreadsheets. */
export function registerInvoiceDocuments(app: App, services: Services): void {
  const { config } = services;

  app.get(
    "/v1/accounts/:account/invoices/:invoice/invoice.pdf",
    {
      config: { access },
      schema: {
        operationId: "getInvoicePdf",
        tags: ["Invoices"],
        summary: "An invoice, credit note or draft as tagged PDF/A-3a",
        params,
        querystring: z.strictObject({ language: z.optional(z.enum(invoiceLocales)) }),
        response: { 200: file("application/pdf", "PDF"), ...trouble },
      },
    },
    async (request, reply) => {
      const invoice = await loadInvoice(services, request, request.params.invoice);
      const bytes = await invoicePdf(invoice, config.seller, request.query.language ?? "en");
      return reply
        .type("application/pdf")
        .header("content-disposition", `inline; filename="${fileName(invoice)}.pdf"`)
        .send(Buffer.from(bytes) as unknown as string);
    },
  );

  app.get(
    "/v1/accounts/:account/invoices/:invoice/invoice.xml",
    {
      config: { access },
      schema: {
        operationId: "getInvoiceUbl",
        tags: ["Invoices"],
        summary: "An issued invoice or credit note as UBL 2.1 after EN 16931",
        description:
          "As it was given out: what has been paid since is not in it. Needs an issued document, its seller and an address.",
        params,
        querystring: z.strictObject({}),
        response: { 200: file("application/xml", "UBL 2.1"), ...trouble },
      },
    },
    async (request, reply) => {
      const invoice = await loadInvoice(services, request, request.params.invoice);
      const xml = electronic(invoice, services, request);
      return reply
        .type("application/xml; charset=utf-8")
        .header("content-disposition", `attachment; filename="${fileName(invoice)}.xml"`)
        .send(xml);
    },
  );

  app.get(
    "/v1/accounts/:account/invoices/:invoice/invoice.csv",
    {
      config: { access },
      schema: {
        operationId: "getInvoiceCsv",
        tags: ["Invoices"],
        summary: "The lines of an invoice as CSV; the column Exact sums to its total",
        params,
        querystring: z.strictObject({ language: z.optional(z.enum(csvLanguages)) }),
        response: { 200: file("text/csv", "CSV"), ...trouble },
      },
    },
    async (request, reply) => {
      const invoice = await loadInvoice(services, request, request.params.invoice);
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", `attachment; filename="${fileName(invoice)}.csv"`)
        .send(invoiceCsv(invoice, request.query.language ?? "en"));
    },
  );
}

/** What is missing is said with what to do about it. */
function electronic(invoice: Invoice, { config }: Services, request: FastifyRequest): string {
  const missing = (detail: string, hint: string): ApiProblem => new ApiProblem("notFound", { detail, hint });
  if (invoice.number === null)
    throw missing(
      `${invoice.invoice} is not issued yet: there is no electronic invoice of it.`,
      "It is issued after its period and three days.",
    );
  if (config.seller === null || config.seller.taxNumber === "")
    throw missing(
      "Who sells is not set, and an electronic invoice must name him.",
      "Let the operator set TOLLBOOK_SELLER_NAME and the rest.",
    );
  if (invoice.billTo === null && invoice.soldTo === null)
    throw missing(
      "The invoice has no address of the buyer, and an electronic invoice must name it.",
      "Set billTo of the billing profile; it stands on invoices from then on.",
    );
  request.log.debug({ invoice: invoice.invoice }, "an electronic invoice was made");
  return invoiceUbl({ ...invoice, totals: { ...invoice.totals, paid: "0.00", payable: invoice.totals.total } }, config.seller);
}

/** Numbers are of letters, digits and dashes; a draft's id has a slash. */
const fileName = ({ invoice, number }: Invoice): string => (number ?? invoice).replaceAll(/[^A-Za-z0-9-]/g, "-");
