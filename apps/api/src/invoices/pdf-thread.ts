import { parentPort } from "node:worker_threads";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import { drawInvoice } from "./pdf-layout.ts";
import type { Seller } from "./seller.ts";
import type { InvoiceLocale } from "./words.ts";

/** A thread of its own: takes documents one after the other, answers with their bytes. */

export interface PdfJob {
  readonly id: number;
  readonly invoice: Invoice;
  readonly seller: Seller | null;
  readonly locale: InvoiceLocale;
}
export type PdfAnswer = { readonly id: number; readonly bytes: Uint8Array } | { readonly id: number; readonly error: string };

parentPort?.on("message", (job: PdfJob) => void answer(job));

async function answer({ id, invoice, seller, locale }: PdfJob): Promise<void> {
  try {
    const bytes = await drawInvoice(invoice, seller, locale);
    parentPort?.postMessage({ id, bytes } satisfies PdfAnswer);
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies PdfAnswer);
  }
}
