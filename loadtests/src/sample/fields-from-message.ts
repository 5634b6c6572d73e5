import { PACKED_FIRST_BYTE } from "@tollbook/contracts/pack-call-events.ts";
import { parseTime } from "@tollbook/contracts/units.ts";

/** Of a finished call what a row cannot do without. Times: microseconds since 1970. */
export interface CallFields {
  readonly account: string;
  readonly usageId: string;
  readonly user: string;
  readonly from: string;
  readonly to: string;
  readonly answeredAt: number;
  readonly endedAt: number;
}

const decoder = new TextDecoder();

/** Trusts the message, as the pass-through does: parsing is counted, checking is not. */
export function fieldsFromMessage(payload: Uint8Array): CallFields[] {
  const text = decoder.decode(payload);
  return text.charCodeAt(0) === PACKED_FIRST_BYTE ? fieldsFromPack(text.slice(1)) : [fieldsFromEvent(text)];
}

interface StructuredEvent {
  readonly account: string;
  readonly data: { usageId: string; user: string; from: string; to: string; answeredAt: string; endedAt: string };
}

function fieldsFromEvent(text: string): CallFields {
  const { account, data } = JSON.parse(text) as StructuredEvent;
  const { usageId, user, from, to } = data;
  return { account, usageId, user, from, to, answeredAt: parseTime(data.answeredAt) ?? 0, endedAt: parseTime(data.endedAt) ?? 0 };
}

type Column<Value> = Value | readonly Value[] | { readonly of: readonly Value[]; readonly at: readonly number[] };

interface Pack {
  readonly account: string;
  readonly count: number;
  readonly base: number;
  readonly columns: Record<"usageId" | "user" | "from" | "to", Column<string>> & Record<"answeredAt" | "endedAt", Column<number>>;
}

function fieldsFromPack(text: string): CallFields[] {
  const { account, count, base, columns } = JSON.parse(text) as Pack;
  const fields: CallFields[] = [];
  for (let i = 0; i < count; i++) {
    fields.push({
      account,
      usageId: at(columns.usageId, i),
      user: at(columns.user, i),
      from: at(columns.from, i),
      to: at(columns.to, i),
      answeredAt: base + at(columns.answeredAt, i),
      endedAt: base + at(columns.endedAt, i),
    });
  }
  return fields;
}

function at<Value extends string | number>(column: Column<Value>, i: number): Value {
  if (typeof column !== "object") return column;
  return ("of" in column ? column.of[column.at[i] as number] : column[i]) as Value;
}
