import { timeUs, type TimeUs } from "@tollbook/contracts/units.ts";

/**
 * The settled mark of a partition: up to here the rows in ClickHouse are verified. The meter keeps it in the key-value
 * bucket `settled` under the key `String(p)`; reports read only rows with `batch <= mark.batch`.
 */
export interface SettledMark {
  readonly epoch: number;
  readonly batch: number;
  readonly outSeq: number;
  /** Everything up to this entry of the log has had its effect on settled rows. */
  readonly logSeq: number;
  readonly logTime: TimeUs;
}

export const settledKey = (p: number): string => String(p);

export function encodeSettledMark(mark: SettledMark): string {
  return JSON.stringify(mark);
}

/** Throws when the text is not a mark: then nobody knows what may be read. */
export function decodeSettledMark(text: string): SettledMark {
  const value = JSON.parse(text) as Partial<Record<keyof SettledMark, unknown>>;
  const figure = (name: keyof SettledMark): number => {
    const number = value[name];
    if (typeof number !== "number" || !Number.isSafeInteger(number)) throw new Error(`settled mark: ${name} is no whole number`);
    return number;
  };
  return {
    epoch: figure("epoch"),
    batch: figure("batch"),
    outSeq: figure("outSeq"),
    logSeq: figure("logSeq"),
    logTime: timeUs(figure("logTime")),
  };
}
