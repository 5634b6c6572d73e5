import type { BillingView, InvoiceView } from "@tollbook/contracts/billing-views.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { storedInvoice } from "@tollbook/warehouse/queries/invoices.ts";
import type { FastifyRequest } from "fastify";
import { accountOf, heldOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { ApiProblem, notFound } from "../problem.ts";
import type { Services } from "../services.ts";

/**
 * One invoice: a draft as the meter sees it now; an issued one as it was given out, with what has been paid since. Rejects with
 * ApiProblem `notFound` when there is none or it is in a profile that the reader may not see.
 */
export async function loadInvoice(services: Services, request: FastifyRequest, id: string, after?: string): Promise<Invoice> {
  const account = accountOf(request);
  const invoice = await readInvoice(services, account, id, after);
  if (!heldOf(request).inProfile("readInvoices", invoice.billingProfile, invoice.billingAccount))
    throw notFound(`no invoice ${id}`);
  return invoice;
}

async function readInvoice({ log, reports }: Services, account: AccountId, id: string, after?: string): Promise<Invoice> {
  const ask = async (line: number): Promise<InvoiceView> =>
    (await askMeter(log, account, { view: "invoice", invoice: id, after: line }, after)) as InvoiceView;
  let { draft, issued, next } = await ask(0);
  if (draft !== null) {
    const lines = [...draft.lines];
    while (next !== null) {
      const page = await ask(next);
      // It was issued between two pages: from the beginning.
      if (page.draft === null) return await readInvoice({ log, reports } as Services, account, id, after);
      lines.push(...page.draft.lines);
      draft = page.draft;
      next = page.next;
    }
    return { ...draft, lines };
  }
  await reports.settle(account, after);
  const stored = await reports.read(account, async (client, scope) => await storedInvoice(client, scope, id));
  if (stored === null || issued === null)
    throw new ApiProblem("reportsUnreachable", {
      detail: `The invoice ${id} is issued, and not stored yet.`,
      hint: "Ask again in a moment.",
      retryAfterSeconds: 1,
    });
  return { ...stored, state: issued.state, totals: { ...stored.totals, paid: issued.paid, payable: issued.payable } };
}

/** Which profiles' invoices the reader may see: all, or those that his roles name (§10). */
export async function visibleProfiles({ log }: Services, request: FastifyRequest): Promise<(profile: string) => boolean> {
  const held = heldOf(request);
  if (held.everywhere("readInvoices")) return () => true;
  const { billingProfiles } = (await askMeter(log, accountOf(request), { view: "billing" })) as BillingView;
  const visible = billingProfiles.filter(({ profile, billingAccount }) =>
    held.inProfile("readInvoices", profile, billingAccount),
  );
  const ids = new Set(visible.map(({ profile }) => profile));
  return (profile) => ids.has(profile);
}
