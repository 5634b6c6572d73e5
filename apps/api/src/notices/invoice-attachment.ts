import type { BillingView } from "@tollbook/contracts/billing-views.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { UserView } from "@tollbook/contracts/views.ts";
import { storedInvoice } from "@tollbook/warehouse/queries/invoices.ts";
import * as z from "zod/mini";
import { askMeter } from "../ask-meter.ts";
import type { Language } from "../directory/entries.ts";
import { invoicePdf } from "../invoices/pdf.ts";
import type { Seller } from "../invoices/seller.ts";
import type { LogClient } from "../log/log-client.ts";
import { ApiProblem } from "../problem.ts";
import type { Reports } from "../reports.ts";

const emailAddress = z.string().check(z.regex(/^[^\s@]{1,64}@[^\s@]{1,190}$/));

/** IN-3: the PDF of an issued invoice where its billing profile wants it by mail; null: it does not. Rejects until it is settled. */
export function invoiceAttachments({
  log,
  reports,
  seller,
}: {
  readonly log: LogClient;
  readonly reports: Reports;
  readonly seller: Seller | null;
}): (account: string, invoice: string, language: Language) => Promise<Uint8Array | null> {
  return async (account, id, language) => {
    const { billingProfiles } = (await askMeter(log, account as AccountId, { view: "billing" })) as BillingView;
    const profile = billingProfiles.find(({ profile: name }) => name === id.slice(0, id.lastIndexOf("/")));
    if (profile?.emailPdf !== true) return null;
    const invoice = await reports.read(account as AccountId, async (client, scope) => await storedInvoice(client, scope, id));
    if (invoice === null) throw new Error(`invoice ${id} is not settled yet`);
    return await invoicePdf(invoice, seller, language);
  };
}

/** IN-3: the organisation's contact for invoices of a billing profile: who is billed, else who is sold to; null: no address is known. */
export function invoiceContacts(log: LogClient): (account: string, profile: string) => Promise<string | null> {
  return async (account, name) => {
    const { billingAccounts, billingProfiles } = (await askMeter(log, account as AccountId, { view: "billing" })) as BillingView;
    const profile = billingProfiles.find((one) => one.profile === name);
    const billingAccount = billingAccounts.find((one) => one.billingAccount === profile?.billingAccount);
    return profile?.billTo?.email ?? billingAccount?.soldTo?.email ?? null;
  };
}

/** Where a user of the account can be written to: his principal name, when it is an address. */
export function userAddresses(log: LogClient): (account: string, user: string) => Promise<string | null> {
  return async (account, user) => {
    try {
      const { userPrincipalName } = (await askMeter(log, account as AccountId, { view: "user", user })) as UserView;
      return emailAddress.safeParse(userPrincipalName).success ? userPrincipalName : null;
    } catch (error) {
      // A key, or somebody who has gone meanwhile.
      if (error instanceof ApiProblem && ["notFound", "invalidRequest"].includes(error.problem)) return null;
      throw error;
    }
  };
}
