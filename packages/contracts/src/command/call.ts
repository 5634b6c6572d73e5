import * as z from "zod/mini";
import { callTypes, numberTypes } from "../call-event.ts";
import { money, number, text, time, userId } from "./fields.ts";

const version = z.int().check(z.minimum(1), z.maximum(4095));

/** What an admin may say about a stored call; what is left out stays as it was. Times are RFC 3339 in UTC. */
export const callChanges = z
  .strictObject({
    setupAt: z.optional(time),
    answeredAt: z.optional(time),
    endedAt: z.optional(time),
    user: z.optional(userId),
    organizer: z.optional(userId),
    resourceAccount: z.optional(userId),
    from: z.optional(text),
    to: z.optional(text),
    serviceNumber: z.optional(number),
    numberType: z.optional(z.enum(numberTypes)),
    callType: z.optional(z.enum(callTypes)),
    direction: z.optional(z.enum(["inbound", "outbound"])),
    emergency: z.optional(z.boolean()),
  })
  .check(z.refine((changes) => Object.values(changes).some((value) => value !== undefined), "say what is to be changed"));
export type CallChanges = z.infer<typeof callChanges>;

/** Single calls: taken back, corrected, priced again. `version`: only if this is the version in force. */
export const callCommands = {
  "call.void": z.strictObject({ usageId: text, version: z.optional(version), reason: text }),
  "call.amend": z.strictObject({ usageId: text, changes: callChanges, version: z.optional(version), reason: text }),
  /** A quarantined event is taken after all (§12.5, contract §1). `event` is its stored payload; the API reads it, nobody sends it. */
  "call.release": z.strictObject({
    deadLetter: text,
    event: z.string().check(z.minLength(2), z.maxLength(131_072)),
    reason: text,
  }),
  /** One call of a re-rate job (domain §12.17). `expected`: the difference that the dry run found. */
  "call.rerate": z.strictObject({
    usageId: text,
    version,
    job: text,
    deckId: z.string().check(z.regex(/^[0-9a-f]{64}$/, "the SHA-256 of a stored deck")),
    expected: money,
  }),
  /** The audit of a whole job: what it set out to do, and what came of it. */
  "rerate.start": z.strictObject({
    job: text,
    deckId: z.string().check(z.regex(/^[0-9a-f]{64}$/, "the SHA-256 of a stored deck")),
    from: time,
    to: time,
    filter: z.record(z.string(), z.string()),
    freeCalls: z.boolean(),
    calls: z.int().check(z.minimum(0)),
    expectedDifference: money,
    reason: text,
  }),
  "rerate.finish": z.strictObject({
    job: text,
    changed: z.int().check(z.minimum(0)),
    refused: z.int().check(z.minimum(0)),
    difference: money,
    asExpected: z.boolean(),
  }),
} as const;
