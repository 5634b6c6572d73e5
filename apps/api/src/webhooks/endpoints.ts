import { noticeTypes, type NoticeType } from "@tollbook/contracts/notices.ts";
import { randomBytes } from "node:crypto";
import * as z from "zod/mini";
import type { MirroredBucket } from "../log/mirrored-bucket.ts";

/** What is told to endpoints: every notice, and facts of payments and invoices that people are not told by mail. */
export const webhookEvents = [
  ...(Object.keys(noticeTypes) as NoticeType[]),
  "payment.requested",
  "payment.result",
  "invoice.closed",
  "webhook.test",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Where an account's events go; in the directory's bucket. */
export const Endpoint = z.object({
  account: z.string(),
  endpoint: z.string(),
  url: z.string(),
  description: z.string(),
  /** Empty: all. */
  events: z.array(z.string()),
  enabled: z.boolean(),
  /** Why it was switched off by itself; null: it was not. */
  disabledReason: z.nullable(z.string()),
  createdAt: z.string(),
  /** `whsec_…`: signs every delivery, so it must be readable here. */
  secret: z.string(),
  /** After a rotation both sign, until then. */
  previous: z.nullable(z.object({ secret: z.string(), until: z.string() })),
});
export type Endpoint = z.infer<typeof Endpoint>;

export interface WebhookEndpoints {
  of(account: string): Endpoint[];
  get(account: string, endpoint: string): Endpoint | null;
  /** By compare-and-set: null deletes, undefined leaves it. Resolves with what stands there afterwards. */
  change(
    account: string,
    endpoint: string,
    change: (current: Endpoint | null) => Endpoint | null | undefined,
  ): Promise<Endpoint | null>;
}

const keyOf = (account: string, endpoint: string): string => `webhook.${account}.${endpoint}`;

export function webhookEndpoints(bucket: MirroredBucket): WebhookEndpoints {
  const decode = (text: string | null): Endpoint | null => (text === null ? null : Endpoint.parse(JSON.parse(text)));
  return {
    of: (account) =>
      [...bucket.keys(`webhook.${account}.`)]
        .flatMap((key) => decode(bucket.get(key)) ?? [])
        .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)),
    get: (account, endpoint) => decode(bucket.get(keyOf(account, endpoint))),
    change: async (account, endpoint, change) =>
      decode(
        await bucket.change(keyOf(account, endpoint), (text) => {
          const next = change(decode(text));
          if (next === undefined) return undefined;
          return next === null ? null : JSON.stringify(next);
        }),
      ),
  };
}

/** Standard Webhooks: 24 to 64 random bytes. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}
