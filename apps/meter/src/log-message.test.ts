import { expect, test } from "vitest";
import { readDelivery } from "./log-message.ts";

test("sequence and time are read from both forms of the acknowledgement subject, nanoseconds cut", () => {
  const expected = { seq: 70_123, time: 1_795_492_535_023_999 };
  expect(readDelivery("$JS.ACK.METER-0.meter-x.1.70123.5.1795492535023999999.0")).toEqual(expected);
  expect(readDelivery("$JS.ACK.hub.AbCd.METER-0.meter-x.1.70123.5.1795492535023999999.0.token")).toEqual(expected);
  expect(readDelivery("$JS.ACK.hub.AbCd.METER-0.meter-x.1.70123.5.1795492535023999999.0")).toEqual(expected);
});

test("anything else is no delivery", () => {
  for (const subject of ["", "_INBOX.x", "$JS.ACK.a.b.c", "$JS.ACK.METER-0.x.1.seq.5.time.0", "a.b.c.d.e.f.g.h.i"]) {
    expect(readDelivery(subject)).toBeNull();
  }
});
