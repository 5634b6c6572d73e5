import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { CallSort } from "../../api/call-filter.ts";

/** The calls table's columns in their order: those of the calling reports, then our own. */
export const columnIds = [
  "startAt",
  "user",
  "number",
  "callType",
  "destination",
  "durationSeconds",
  "charge",
  "funding",
  "outcome",
  "from",
  "context",
  "poolMinutes",
  "connectFee",
  "numberType",
  "capability",
  "callId",
  "version",
] as const;
export type ColumnId = (typeof columnIds)[number];

interface Column {
  readonly name: MessageDescriptor;
  readonly width: number;
  readonly figure?: true;
  /** The API's name for the order, where it sorts by this. */
  readonly sort?: Extract<CallSort, "startAt" | "charge" | "durationSeconds">;
  readonly hiddenAtFirst?: true;
}

export const columns: Readonly<Record<ColumnId, Column>> = {
  startAt: { name: msg`Start`, width: 152, sort: "startAt" },
  user: { name: msg`User`, width: 108 },
  number: { name: msg`Phone number`, width: 122 },
  callType: { name: msg`Call type`, width: 150 },
  destination: { name: msg`Called to`, width: 122 },
  durationSeconds: { name: msg`Duration`, width: 74, figure: true, sort: "durationSeconds" },
  charge: { name: msg`Charge`, width: 90, figure: true, sort: "charge" },
  funding: { name: msg`Paid by`, width: 150 },
  outcome: { name: msg`Outcome`, width: 98 },
  from: { name: msg`Called from`, width: 146, hiddenAtFirst: true },
  context: { name: msg`Domestic/International`, width: 150, hiddenAtFirst: true },
  poolMinutes: { name: msg`Included minutes`, width: 126, figure: true, hiddenAtFirst: true },
  connectFee: { name: msg`Connect fee`, width: 108, figure: true, hiddenAtFirst: true },
  numberType: { name: msg`Number type`, width: 116, hiddenAtFirst: true },
  capability: { name: msg`Capability`, width: 130, hiddenAtFirst: true },
  callId: { name: msg`Call ID`, width: 250, hiddenAtFirst: true },
  version: { name: msg`Version`, width: 80, figure: true, hiddenAtFirst: true },
};
