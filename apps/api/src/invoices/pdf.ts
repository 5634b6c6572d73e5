import { Worker } from "node:worker_threads";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import type { PdfAnswer, PdfJob } from "./pdf-thread.ts";
import type { Seller } from "./seller.ts";
import type { InvoiceLocale } from "./words.ts";

/** Setting a long invoice takes up to a second of processor time, and this process decides on calls: so another thread does it. */

/** A document that takes longer than this never ends; its thread is given up. */
const MOST_MS = 120_000;
/** More than these at once are a mistake of somebody's program. */
const MOST_WAITING = 40;

interface Waiting {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** One for the process, from the first document on; it does not keep the process alive. */
let thread: Thread | null = null;
let jobs = 0;

/**
 * An invoice, credit note or draft as people read it: tagged PDF/A-3a, the same bytes for the same document. A missing seller is
 * said on the page, since what is printed then is no invoice yet.
 */
export async function invoicePdf(invoice: Invoice, seller: Seller | null, locale: InvoiceLocale): Promise<Uint8Array> {
  thread ??= startThread();
  const { worker, waiting } = thread;
  if (waiting.size >= MOST_WAITING) throw new Error(`${waiting.size} documents are being made: try again later`);
  const job: PdfJob = { id: ++jobs, invoice, seller, locale };
  const timer = setTimeout(() => void worker.terminate(), MOST_MS);
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      waiting.set(job.id, { resolve, reject });
      worker.ref();
      worker.postMessage(job);
    });
  } finally {
    clearTimeout(timer);
    waiting.delete(job.id);
    if (waiting.size === 0) worker.unref();
  }
}

function startThread(): Thread {
  const waiting = new Map<number, Waiting>();
  const worker = new Worker(new URL("./pdf-thread.ts", import.meta.url));
  const started = { worker, waiting };
  worker.on("message", (answer: PdfAnswer) => {
    const one = waiting.get(answer.id);
    if ("bytes" in answer) one?.resolve(answer.bytes);
    else one?.reject(new Error(`the document could not be made: ${answer.error}`));
  });
  const ended = (error: Error): void => {
    if (thread === started) thread = null;
    for (const one of waiting.values()) one.reject(error);
  };
  worker.on("error", ended);
  worker.on("exit", () => ended(new Error("the thread that makes documents ended; the next document starts it again")));
  worker.unref();
  return started;
}
