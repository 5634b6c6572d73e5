import type { OutboxConfig } from "./outbox-config.ts";

/** How `environment.ts` reads: each notes its own fault. */
export interface Reading {
  readonly get: (name: string, fallback: string) => string;
  readonly url: (name: string, fallback: string, protocols: readonly string[]) => string;
  readonly oneOf: (name: string, fallback: string, allowed: readonly string[]) => string;
  readonly fault: (sentence: string) => void;
}

export function readOutboxConfig({ get, url, oneOf, fault }: Reading): OutboxConfig {
  const smtp = get("TOLLBOOK_SMTP_URL", "");
  const mailFrom = get("TOLLBOOK_MAIL_FROM", "");
  if (smtp !== "" && !/^[^<>]*<?[^\s@<>]+@[^\s@<>]+>?$/.test(mailFrom))
    fault(
      "TOLLBOOK_MAIL_FROM is no sender: set it to something like Tollbook <billing@example.com>, or leave TOLLBOOK_SMTP_URL out.",
    );
  const stripeKey = get("TOLLBOOK_STRIPE_KEY", "");
  return {
    smtpUrl: smtp === "" ? null : url("TOLLBOOK_SMTP_URL", "smtp://127.0.0.1:25", ["smtp:", "smtps:"]),
    mailFrom,
    stripe:
      stripeKey === ""
        ? null
        : { key: stripeKey, url: url("TOLLBOOK_STRIPE_URL", "https://api.stripe.com", ["https:", "http:"]) },
    // Where real cards are charged, a made-up one must not buy anything.
    testProvider: oneOf("TOLLBOOK_TEST_PROVIDER", stripeKey === "" ? "1" : "0", ["0", "1"]) === "1",
    webhooksAnywhere: oneOf("TOLLBOOK_WEBHOOKS_ANYWHERE", "0", ["0", "1"]) === "1",
  };
}
