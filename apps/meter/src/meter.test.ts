import { afterAll, beforeAll, expect, test } from "vitest";
import { endedEvent, eventually, publishCall, storedCalls, totals } from "./testing/events.ts";
import { startTestStack, type TestStack } from "./testing/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.close());

test("an event on the outer subject becomes one settled row, also when it is sent twice", async () => {
  const meter = await stack.startMeter();
  await meter.serving(30_000);
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await publishCall(stack.nc, "acme", endedEvent("leg-1", 61));
  await publishCall(stack.nc, "contoso", endedEvent("leg-1", 30));
  const stored = await eventually(
    () => storedCalls(stack.client),
    ({ rows }) => rows >= 2,
  );
  expect(stored).toEqual({ rows: 2, legs: 2, micros: 9_100 });
  const [acme] = await totals(stack.nc, ["acme"]);
  expect(acme).toMatchObject({ accepted: 2, applied: 1, duplicates: 1, amount: 6_100 });
});
