import { describe, expect, it } from "vitest";
import { finishedCall, packedMessage, singleMessage, type CallSetting } from "./calls.ts";
import { accountName } from "./calls.ts";
import { fieldsFromMessage } from "./fields-from-message.ts";
import { createRowStencil, isWritten } from "./row-stencil.ts";

const setting: CallSetting = { run: "t", accounts: 2, usersPerAccount: 5, endedBefore: 1_795_338_000_000_000 };
const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString("base64");

describe("the pass-through's rows", () => {
  it("takes the same fields out of a single and a packed message", () => {
    const single = [2, 3].map((n) => fieldsFromMessage(Buffer.from(singleMessage(n, { ...setting, accounts: 1 }).payload)));
    const packed = fieldsFromMessage(packedMessage(2, 2, { ...setting, accounts: 1 }).payload);
    expect(packed).toEqual(single.flat());
    const { usageId, answeredAt, endedAt } = finishedCall(2, accountName(0), setting);
    expect(packed[0]).toMatchObject({ account: "bench-0", usageId, from: "+4930901820", answeredAt, endedAt });
  });

  it("writes the event's own fields and copies the rest from sample rows that take turns, byte for byte", () => {
    const stencil = createRowStencil([
      { kind: "copied", columns: ["p", "batch"], samples: [base64(7, 0, 9), base64(8, 0, 9)] },
      { kind: "written", column: "out_seq" },
      { kind: "written", column: "usage_id" },
      { kind: "copied", columns: ["outcome"], samples: [base64(2, 79, 75)] },
      { kind: "written", column: "ended_at" },
    ]);
    const fields = { account: "a", usageId: "xyz", user: "u", from: "+1", to: "+2", answeredAt: 0, endedAt: 2 ** 40 + 5 };
    stencil.add(fields, 12);
    stencil.add(fields, 13);
    const { bytes, rows } = stencil.take();
    expect(rows).toBe(2);
    const row = (p: number, outSeq: number): number[] =>
      [
        [p, 0, 9],
        [outSeq, 0, 0, 0, 0, 0, 0, 0],
        [3, 120, 121, 122],
        [2, 79, 75],
        [5, 0, 0, 0, 0, 1, 0, 0],
      ].flat();
    expect([...bytes]).toEqual([...row(8, 1), ...row(7, 2)]);
    expect(stencil.rows()).toBe(0);
  });

  it("keeps rows apart when the buffer has to grow", () => {
    const stencil = createRowStencil([{ kind: "written", column: "usage_id" }]);
    for (let n = 0; n < 20_000; n++) {
      stencil.add({ account: "a", usageId: `id-${n}`, user: "", from: "", to: "", answeredAt: 0, endedAt: 0 }, n);
    }
    const text = Buffer.from(stencil.take().bytes).toString("latin1");
    expect(text.length).toBe(Array.from({ length: 20_000 }, (_, n) => `id-${n}`.length + 1).reduce((a, b) => a + b));
    expect(text.endsWith("id-19999")).toBe(true);
  });

  it("writes only columns whose type it knows, and refuses others", () => {
    expect(isWritten("usage_id", "String")).toBe(true);
    expect(isWritten("account", "LowCardinality(String)")).toBe(true);
    expect(isWritten("ended_at", "DateTime64(6, 'UTC')")).toBe(true);
    expect(isWritten("ended_at", "UInt32")).toBe(false);
    expect(isWritten("amount_micros", "Int64")).toBe(false);
    expect(() => createRowStencil([{ kind: "written", column: "proof" }])).toThrow("proof cannot be written");
  });
});
