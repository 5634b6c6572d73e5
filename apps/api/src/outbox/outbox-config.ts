/** What the API needs to know to act on the outbox; read from the environment in `environment.ts`. */
export interface OutboxConfig {
  /** Null: no mail is sent; notices are in the product and at webhooks. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Null: cards of Stripe wait until it is configured. */
  readonly stripe: { readonly key: string; readonly url: string } | null;
  /** Whether cards of the built-in test provider are charged, which moves no money. */
  readonly testProvider: boolean;
  /** Webhooks may go to http and to addresses of this network: for trying things out only. */
  readonly webhooksAnywhere: boolean;
  /** Tests are not patient. */
  readonly webhookPatience?: { readonly retryMs: readonly number[]; readonly disableAfterMs: number };
}
