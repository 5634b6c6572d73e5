import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createState, decodeState, encodeState } from "../state.ts";
import { sha256Hex } from "./sha256.ts";

describe("snapshots", () => {
  it("hash as SHA-256 does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256Hex(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });

  it("of another schema, of another kind or cut off are refused with a sentence", () => {
    const bytes = encodeState(createState(3));
    expect(decodeState(bytes)).toEqual(createState(3));
    expect(() => decodeState(bytes.subarray(0, bytes.length - 4))).toThrow("cut off");
    expect(() => decodeState(new TextEncoder().encode("{}\n"))).toThrow("not a snapshot");
    const other = new TextEncoder().encode(new TextDecoder().decode(bytes).replace(/"schema":\d+/, '"schema":9'));
    expect(() => decodeState(other)).toThrow("schema 9");
  });
});
