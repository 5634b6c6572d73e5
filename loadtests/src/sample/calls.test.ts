import { decodeCallMessage } from "@tollbook/contracts/decode-call-event.ts";
import { describe, expect, it } from "vitest";
import { accountName, feeder, finishedCall, packedMessage, singleMessage, type CallSetting } from "./calls.ts";

const setting: CallSetting = { run: "t", accounts: 3, usersPerAccount: 5, endedBefore: 1_795_338_000_000_000 };
const decode = (payload: Uint8Array, account: number) => decodeCallMessage(payload, null, accountName(account), feeder);

describe("sample calls", () => {
  it("are read by the log's own decoder as they were meant, single and packed alike", () => {
    const single = decode(new TextEncoder().encode(singleMessage(4, setting).payload), 1);
    expect(single).toEqual([{ ok: true, event: finishedCall(4, accountName(1), setting) }]);
    const packed = decode(packedMessage(12, 4, setting).payload, 0);
    expect(packed).toEqual([12, 13, 14, 15].map((n) => ({ ok: true, event: finishedCall(n, accountName(0), setting) })));
  });

  it("are answered before they end, within the ten minutes, each with an id of its own", () => {
    const calls = Array.from({ length: 3_000 }, (_, n) => finishedCall(n, accountName(0), setting));
    expect(new Set(calls.map(({ usageId }) => usageId)).size).toBe(3_000);
    for (const { answeredAt, endedAt } of calls) {
      expect(answeredAt).toBeLessThan(endedAt as number);
      expect(endedAt).toBeGreaterThan(setting.endedBefore - 602_000_000);
      expect(endedAt).toBeLessThanOrEqual(setting.endedBefore);
    }
  });
});
