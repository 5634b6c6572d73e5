import { noticeTypes } from "@tollbook/contracts/notices.ts";
import { outboxStream, type OutboxMessage, type OutboxNotice } from "@tollbook/contracts/outbox.ts";
import { createTransport } from "nodemailer";
import type { Directory } from "../directory/directory.ts";
import { sha256, type Language, type PersonEntry } from "../directory/entries.ts";
import { decodeOutboxMessage } from "../outbox/outbox-message.ts";
import type { OutboxStore } from "../outbox/outbox-store.ts";
import { done, type Stage, type Verdict } from "../outbox/stage.ts";
import { profileOf, recipientsOf } from "./recipients.ts";
import { renderNotice } from "./render-notice.ts";

export interface MailOptions {
  /** Null: no mail is sent. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly directory: Directory;
  readonly store: OutboxStore;
  /** An e-mail address of a user of the account, where the account's log knows one; null: none. */
  readonly addressOf: (account: string, user: string) => Promise<string | null>;
  /** The organisation's contact for invoices of a billing profile; null: none. */
  readonly contactOf: (account: string, profile: string) => Promise<string | null>;
  /** The document of an issued invoice, where its profile wants it by mail; null: it does not. Rejects while it cannot be had. */
  readonly invoicePdf?: (account: string, invoice: string, language: Language) => Promise<Uint8Array | null>;
}

/** A server that takes the connection and says nothing is given up on. */
const SMTP_TIMEOUT_MS = 10_000;
const SENT = "sent";

/**
 * Tells people by mail (CC-8, AC-5, IN-3, CM-4, PM-3): one mail for each, in their language. Each is remembered by the notice's id
 * and the address, so that a repeat sends only what is missing. Between the server's word and our note of it a crash can make
 * one mail leave twice; both then carry the same Message-ID.
 */
export function mailStage(options: MailOptions): Stage<OutboxMessage> {
  const { smtpUrl, mailFrom, directory, store } = options;
  const transport = smtpUrl === null ? null : createTransport(withTimeouts(smtpUrl));
  const domain = /@([^\s<>]+)>?$/.exec(mailFrom)?.[1] ?? "tollbook.invalid";

  const tell = async (message: OutboxNotice): Promise<Verdict> => {
    if (transport === null) return done("noMailServer");
    const { account, id, notice, data } = message;
    const recipients = await recipientsFor(message);
    if (recipients.size === 0) return done("nobody");
    const organisation = directory.account(account)?.name ?? account;
    const refusals: string[] = [];
    let later: string | null = null;
    for (const [email, language] of recipients) {
      const mark = `${id}/${email}`;
      if ((await store.mark("mail", mark))?.outcome === SENT) continue;
      const { subject, text, html } = renderNotice(notice, data, language, organisation);
      const pdf = notice === "invoice.issued" ? await options.invoicePdf?.(account, data["invoice"] ?? "", language) : undefined;
      const filename = `${(data["number"] ?? "invoice").replaceAll(/[^\w-]/g, "_")}.pdf`;
      try {
        await transport.sendMail({
          from: mailFrom,
          to: email,
          subject,
          text,
          html,
          messageId: `<${sha256(mark).slice(0, 32)}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated" },
          ...(pdf === undefined || pdf === null
            ? {}
            : { attachments: [{ filename, content: Buffer.from(pdf), contentType: "application/pdf" }] }),
        });
        await store.setMark("mail", mark, { outcome: SENT, logSeq: 0 });
      } catch (error) {
        // The server's own words often name the address, which is nobody's business who reads the log.
        const { responseCode, code } = error as Error & { responseCode?: number; code?: string };
        if (responseCode !== undefined && responseCode >= 500) refusals.push(String(responseCode));
        else later = `the mail server answered ${responseCode ?? code ?? "nothing that could be understood"}`;
      }
    }
    if (later !== null) return { kind: "again", reason: later, answered: true };
    if (refusals.length > 0)
      return {
        kind: "park",
        reason: `the mail server refused ${refusals.length} of ${recipients.size} recipients: ${refusals.join(", ")}`,
      };
    return done(SENT);
  };

  /** By lower-case address, so that nobody hears twice. */
  const recipientsFor = async ({ account, notice, data, people }: OutboxNotice): Promise<Map<string, Language>> => {
    const { to } = noticeTypes[notice];
    const everybody = to === "operators" ? directory.people() : directory.membersOf(account);
    const recipients = new Map<string, Language>();
    const add = (email: string, person: PersonEntry | null): void => {
      recipients.set(email.toLowerCase(), languageOf(person, account));
    };
    const profile = profileOf(data);
    for (const person of recipientsOf(everybody, account, to, profile)) add(person.email, person);
    const contact = to === "invoices" && profile !== null ? await options.contactOf(account, profile) : null;
    if (contact !== null) add(contact, directory.person(contact));
    for (const named of people) {
      const email = named.includes("@") ? named : await options.addressOf(account, named);
      if (email !== null && email.includes("@")) add(email, directory.person(email));
    }
    return recipients;
  };

  const languageOf = (person: PersonEntry | null, account: string): Language => {
    return person?.language ?? directory.account(account)?.language ?? "en";
  };

  return {
    name: "mail",
    stream: outboxStream,
    decode: decodeOutboxMessage,
    wants: ({ kind }) => kind === "notice",
    idOf: ({ id }) => id,
    accountOf: ({ account }) => account,
    handle: async (message) => (message.kind === "notice" ? await tell(message) : done("ignored")),
    retryMs: [1_000, 5_000, 30_000, 120_000, 600_000],
    exclusive: true,
    concurrency: 4,
  };
}

/** What the installation's own address says itself counts. */
function withTimeouts(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  for (const name of ["connectionTimeout", "greetingTimeout", "socketTimeout", "dnsTimeout"])
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(SMTP_TIMEOUT_MS));
  return url.toString();
}
