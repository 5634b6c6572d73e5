import { expect, test } from "vitest";
import { createLane, type Lane } from "./lane.ts";

const never = new AbortController().signal;

function numbered(waitMs = 10_000): { lane: Lane<number>; discarded: number[] } {
  const discarded: number[] = [];
  let count = 0;
  const lane = createLane({
    name: "reads",
    places: 1,
    queueLimit: 2,
    waitMs,
    open: () => ++count,
    discard: (slot: number) => discarded.push(slot),
  });
  return { lane, discarded };
}

test("who waits gets the place in the order of asking", async () => {
  const { lane } = numbered();
  const order: string[] = [];
  const place = await lane.take(never);
  const second = lane.take(never).then((slot) => {
    order.push("second");
    lane.give(slot, true);
  });
  const third = lane.take(never).then(() => order.push("third"));
  lane.give(place, true);
  await Promise.all([second, third]);
  expect(order).toEqual(["second", "third"]);
});

test("a place that cannot be used again is replaced before the next has it", async () => {
  const { lane, discarded } = numbered();
  const place = await lane.take(never);
  const next = lane.take(never);
  lane.give(place, false);
  expect(await next).toBe(2);
  expect(discarded).toEqual([1]);
});

test("the queue has an end, and the refusal says what to do", async () => {
  const { lane } = numbered();
  await lane.take(never);
  void lane.take(never);
  void lane.take(never);
  await expect(lane.take(never)).rejects.toThrow(/^Code: 202\. .*send fewer at once/);
});

test("the wait has an end", async () => {
  const { lane } = numbered(1);
  await lane.take(never);
  await expect(lane.take(never)).rejects.toThrow(/^Code: 202\. .*No session/);
});

test("who stops waiting leaves the queue, and the place goes to the next", async () => {
  const { lane } = numbered();
  const place = await lane.take(never);
  const stop = new AbortController();
  const impatient = lane.take(stop.signal);
  const patient = lane.take(never);
  stop.abort();
  await expect(impatient).rejects.toThrow(/^Code: 394\. /);
  lane.give(place, true);
  expect(await patient).toBe(1);
});
