import * as z from "zod/mini";
import { fundingSources } from "./answers.ts";

/**
 * The reports of domain §8 as HTTP bodies. Money is a decimal string exact to the millionth, time RFC 3339 in UTC, countries
 * ISO 3166-1 codes. Null stands for what a report's table shows as "No data": not applicable.
 */

const money = z.string();
const time = z.string();
const date = z.string();
const noData = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullable(schema);

/** What every report says of itself: when it was made, how fresh its rows are, which time it is about. */
const reportHead = {
  generatedAt: time,
  /** Log time up to which settled rows are complete. */
  dataUntil: z.nullable(time),
  /** `[from, to)`; later than asked for where older rows are beyond the report's retention. */
  range: z.object({ from: time, to: time }),
};
/** Opaque; bound to the filter. Null: no more. */
const next = z.nullable(z.string());

/** §8.1, in the order of its columns. */
export const PstnUsageRow = z.object({
  usageId: z.string(),
  timeStamp: time,
  displayName: noData(z.string()),
  username: noData(z.string()),
  /** Received an inbound call, or was dialled. */
  phoneNumber: noData(z.string()),
  callType: z.string(),
  calledTo: noData(z.string()),
  toCountry: noData(z.string()),
  calledFrom: noData(z.string()),
  fromCountry: noData(z.string()),
  /** Connection fee included. */
  charge: money,
  currency: noData(z.string()),
  durationSeconds: z.int(),
  domesticInternational: noData(z.enum(["Domestic", "International"])),
  /** Not unique. */
  callId: noData(z.string()),
  numberType: noData(z.string()),
  usageLocation: noData(z.string()),
  conferenceId: noData(z.string()),
  capability: noData(z.string()),
  /** Our own column: what paid, in order. */
  funding: z.array(z.enum(fundingSources)),
});
export const PstnUsageReport = z.object({
  ...reportHead,
  /** Total calls per UTC day, days without calls too. */
  chart: z.array(z.object({ date, calls: z.int() })),
  rows: z.array(PstnUsageRow),
  next,
});

/** §8.2, the Direct Routing fields by their names. */
export const DirectRoutingRow = z.object({
  usageId: z.string(),
  correlationId: z.string(),
  displayName: noData(z.string()),
  username: noData(z.string()),
  userCountry: noData(z.string()),
  inviteTime: noData(time),
  startTime: noData(time),
  failureTime: noData(time),
  endTime: noData(time),
  durationSeconds: z.int(),
  success: z.boolean(),
  callerNumber: noData(z.string()),
  calleeNumber: noData(z.string()),
  callType: z.string(),
  finalSipCode: noData(z.int()),
  finalSipPhrase: noData(z.string()),
  sbcFqdn: noData(z.string()),
  sharedCorrelationId: noData(z.string()),
});
export const DirectRoutingReport = z.object({
  ...reportHead,
  chart: z.array(z.object({ date, calls: z.int() })),
  rows: z.array(DirectRoutingRow),
  next,
});

/** §8.5: the current month only. */
export const MinutePoolRow = z.object({
  usageLocation: z.string(),
  capabilityDescription: z.string(),
  totalMinutes: z.int(),
  minutesUsed: z.int(),
  minutesAvailable: z.int(),
  capability: z.string(),
  /** The older form's columns: the usage location whose users share the pool, and how much of it is used, rounded down. */
  countryMinutePool: z.string(),
  percentUsed: z.int(),
  kind: z.enum(["domestic", "international", "zoneA"]),
  /** The day on which the pool is expected to be used up; null: not this month, or `runsOut` says why it is not known. */
  runsOutOn: z.nullable(date),
  runsOut: z.enum(["usedUp", "thisMonth", "notThisMonth", "notEnoughHistory"]),
});
export const MinutePoolsReport = z.object({
  generatedAt: time,
  /** Year * 100 + month. */
  month: z.nullable(z.int()),
  /** By usage location: the legend's parts; all zero is "No data". */
  chart: z.array(
    z.object({
      usageLocation: z.string(),
      unused: z.int(),
      domesticUsed: z.int(),
      internationalUsed: z.int(),
      zoneAUsed: z.int(),
    }),
  ),
  rows: z.array(MinutePoolRow),
});

/** §8.6. */
export const BlockedUserRow = z.object({
  /** Of this change; the same in Microsoft Graph's shape. */
  remediationId: z.string(),
  user: z.string(),
  displayName: noData(z.string()),
  phone: noData(z.string()),
  blockedReason: z.string(),
  blockedAction: z.enum(["blocked", "unblocked"]),
  blockedTime: time,
});
export const BlockedUsersReport = z.object({
  ...reportHead,
  /** Users blocked per UTC day. */
  chart: z.array(z.object({ date, usersBlocked: z.int() })),
  rows: z.array(BlockedUserRow),
  next,
});

/** §8.7. `creditSpent` is call charges and connection fees, whatever paid them; `prepaid` is the part that credits paid. */
export const DialOutRow = z.object({
  organizer: z.string(),
  meetingOrganizer: noData(z.string()),
  userName: noData(z.string()),
  userMinutes: z.int(),
  creditSpent: money,
  currency: noData(z.string()),
  dialOutCalls: z.int(),
  prepaid: money,
});
export const DialOutReport = z.object({
  ...reportHead,
  /** The tabs Cost, Minutes of use and Dial-out calls, per UTC day and currency. */
  chart: z.array(z.object({ date, currency: z.string(), cost: money, minutes: z.int(), calls: z.int() })),
  rows: z.array(DialOutRow),
  next,
});
export const DialOutCallRow = z.object({
  usageId: z.string(),
  timeStamp: time,
  destination: noData(z.string()),
  destinationCountry: noData(z.string()),
  calledTo: noData(z.string()),
  durationSeconds: z.int(),
  minutes: z.int(),
  connectionFee: money,
  callCharge: money,
  total: money,
  currency: noData(z.string()),
  conferenceId: noData(z.string()),
});
export const DialOutCalls = z.object({ ...reportHead, organizer: z.string(), rows: z.array(DialOutCallRow), next });

export type PstnUsageRow = z.infer<typeof PstnUsageRow>;
export type PstnUsageReport = z.infer<typeof PstnUsageReport>;
export type DirectRoutingRow = z.infer<typeof DirectRoutingRow>;
export type DirectRoutingReport = z.infer<typeof DirectRoutingReport>;
export type MinutePoolRow = z.infer<typeof MinutePoolRow>;
export type MinutePoolsReport = z.infer<typeof MinutePoolsReport>;
export type BlockedUserRow = z.infer<typeof BlockedUserRow>;
export type BlockedUsersReport = z.infer<typeof BlockedUsersReport>;
export type DialOutRow = z.infer<typeof DialOutRow>;
export type DialOutReport = z.infer<typeof DialOutReport>;
export type DialOutCallRow = z.infer<typeof DialOutCallRow>;
export type DialOutCalls = z.infer<typeof DialOutCalls>;
