import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addToBloom, createBloom, isPerhapsIn } from "./bloom.ts";
import { hashInto, LEG } from "./hash.ts";
import type { Key } from "./hash.ts";
import { ageIds, capacityOf, createIdMemory, isPerhapsSeen, memoryBytes, recall, remember } from "./id-memory.ts";

const DAY = 86_400_000_000;
const NOON = 20_000 * DAY + DAY / 2;

function keyOf(account: string, id: string): Key {
  const key: Key = { a: 0, b: 0, c: 0, d: 0 };
  hashInto(key, LEG, account, id);
  return key;
}
const found = (): { connectedMs: number; mark: number; meta: number } => ({ connectedMs: 0, mark: 0, meta: 0 });

describe("the memory of ids", () => {
  it("gives different keys to different texts, however they are cut", () => {
    fc.assert(
      fc.property(fc.tuple(fc.string(), fc.string()), fc.tuple(fc.string(), fc.string()), (one, other) => {
        fc.pre(one[0] !== other[0] || one[1] !== other[1]);
        expect(keyOf(...one)).not.toEqual(keyOf(...other));
      }),
    );
  });

  it("recalls 300,000 ids with what was said of them, and none that was not put in", () => {
    const memory = createIdMemory();
    for (let i = 0; i < 300_000; i++) remember(memory, NOON, keyOf("acme", `id-${i}`), i, i ^ 77, 3);
    const into = found();
    for (let i = 0; i < 300_000; i += 101) {
      expect(recall(memory, keyOf("acme", `id-${i}`), into)).toBe(true);
      expect(into).toEqual({ connectedMs: i, mark: i ^ 77, meta: 3 });
      expect(recall(memory, keyOf("other", `id-${i}`), into)).toBe(false);
    }
    // 28 bytes a slot at 50 to 80 % load.
    expect(memoryBytes(memory) / 300_000).toBeLessThan(58);
  });

  it("is exact for 72 hours at least; then a filter knows every leg, and few others", () => {
    const memory = createIdMemory();
    for (let i = 0; i < 20_000; i++) remember(memory, NOON, keyOf("acme", `id-${i}`), 1, 0, 3);
    const startAt = NOON - DAY;
    ageIds(memory, NOON + 3 * DAY, () => true);
    expect(recall(memory, keyOf("acme", "id-7"), found())).toBe(true);
    ageIds(memory, NOON + 4 * DAY, () => true);
    expect(recall(memory, keyOf("acme", "id-7"), found())).toBe(false);
    const perhaps = (id: string): boolean => isPerhapsSeen(memory, keyOf("acme", id), NOON + 4 * DAY, startAt);
    for (let i = 0; i < 20_000; i++) expect(perhaps(`id-${i}`)).toBe(true);
    const wrong = Array.from({ length: 20_000 }, (_, i) => perhaps(`new-${i}`)).filter(Boolean).length;
    expect(wrong).toBeLessThan(60);
  });

  it("asks no filter about a leg that started within the exact time, nor about days before it started", () => {
    const memory = createIdMemory();
    remember(memory, NOON, keyOf("acme", "x"), 1, 0, 3);
    const now = NOON + 10 * DAY;
    ageIds(memory, now, () => true);
    expect(isPerhapsSeen(memory, keyOf("acme", "x"), now, NOON - DAY)).toBe(true);
    expect(isPerhapsSeen(memory, keyOf("acme", "x"), now, now - DAY)).toBe(false);
    expect(isPerhapsSeen(memory, keyOf("acme", "x"), now, NOON + 2 * DAY)).toBe(false);
    ageIds(memory, NOON + 406 * DAY, () => true);
    expect(memory.blooms).toEqual([]);
  });

  it("a filter never forgets what was added", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 50 }), (ids) => {
        const bloom = createBloom(1, ids.length);
        for (const id of ids) addToBloom(bloom, keyOf("acme", id));
        expect(ids.every((id) => isPerhapsIn(bloom, keyOf("acme", id)))).toBe(true);
      }),
    );
  });

  it("says how much fits: ten million exact ids in under half a gigabyte", () => {
    expect(capacityOf(2 ** 30).exactIds).toBeGreaterThan(20_000_000);
    expect(capacityOf(2 ** 29).exactIds).toBeGreaterThan(10_000_000);
  });
});
