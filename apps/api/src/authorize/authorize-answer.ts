import { fundingSources, unreachableActions, type AuthorizeAnswer } from "@tollbook/contracts/answers.ts";
import { denyReasons } from "@tollbook/contracts/codes.ts";
import * as z from "zod/mini";

/** The meter's answer (contract §2) as the API documents it. */
export const AuthorizeAnswerBody = z.object({
  decision: z.enum(["allow", "deny"]),
  reason: z.enum(["ok", "emergency", ...denyReasons]),
  checks: z.array(z.object({ check: z.string(), passed: z.boolean(), reason: z.nullable(z.enum(denyReasons)) })),
  sessionId: z.string(),
  usageId: z.string(),
  seq: z.int(),
  grantedSeconds: z.nullable(z.int()),
  validUntil: z.nullable(z.string()),
  final: z.boolean(),
  finalAction: z.enum(["terminate", "redirect", "announce"]),
  warnAtRemainingSeconds: z.int(),
  onUnreachable: z.enum(unreachableActions),
  maxUnsupervisedSeconds: z.int(),
  currency: z.nullable(z.string()),
  reserved: z.string(),
  rate: z.nullable(
    z.object({
      deckId: z.string(),
      prefix: z.string(),
      destination: z.string(),
      pricePerMinute: z.string(),
      connectFee: z.string(),
      firstIncrementSeconds: z.int(),
      nextIncrementSeconds: z.int(),
    }),
  ),
  funding: z.array(z.object({ source: z.enum(fundingSources), ref: z.nullable(z.string()) })),
}) satisfies z.ZodMiniType<AuthorizeAnswer>;

/** What is said without the meter: an emergency call is connected whatever is down (contract §2, D29). */
export function emergencyAnswer(usageId: string, sessionId: string, seq: number): AuthorizeAnswer {
  return {
    decision: "allow",
    reason: "emergency",
    checks: [{ check: "emergency", passed: true, reason: null }],
    sessionId,
    usageId,
    seq,
    grantedSeconds: null,
    validUntil: null,
    final: true,
    finalAction: "terminate",
    warnAtRemainingSeconds: 0,
    onUnreachable: "continue",
    maxUnsupervisedSeconds: 86_400,
    currency: null,
    reserved: "0.00",
    rate: null,
    funding: [{ source: "FREE", ref: null }],
  };
}
