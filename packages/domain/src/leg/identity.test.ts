import { describe, expect, it } from "vitest";
import type { CallEventType } from "@tollbook/contracts/call-event.ts";
import { callEventTypes } from "@tollbook/contracts/call-event.ts";
import { makeCallEvent } from "../testing/test-fold.ts";
import type { CallFields, TestFold } from "../testing/test-fold.ts";
import { createTestFold } from "../testing/test-fold.ts";
import { createOrganisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { view } from "../view.ts";
import { holds } from "../views/reconciliation-view.ts";
import { transitions } from "./transitions.ts";
import type { LegState } from "./transitions.ts";

const decks = sampleDecks();
const DAY = 86_400_000_000;

function begin(start = "2026-03-02T08:00:00Z"): TestFold {
  const fold = createTestFold(decks, start);
  const org = createOrganisation(fold);
  const users = org.users(1, "DE");
  org.give("teams-phone-standard", users);
  org.give("calling-plan-domestic-120", users);
  org.give("communications-credits", users);
  org.command("credits.topUp", { amount: "50" });
  fold.now += 3_600_000_000;
  return fold;
}

const call = (fields: Partial<CallFields> = {}): CallFields => ({
  usageId: "x",
  user: "u1",
  to: "+33140205050",
  answeredAt: "2026-03-02T08:10:00Z",
  endedAt: "2026-03-02T08:14:10.125Z",
  ...fields,
});

const total = (fold: TestFold) => {
  const account = fold.state.accounts.get("acme");
  if (account === undefined) throw new Error("no account");
  expect(holds(account)).toBe(true);
  expect(account.frozen).toBe("");
  return account.counters.total;
};

describe("identity of reports (contract §1)", () => {
  it.each<[string, Partial<CallFields>, object]>([
    ["the same billable seconds confirm", { endedAt: "2026-03-02T08:14:10.900Z" }, { confirmed: 1 }],
    ["within one second confirms across a second's edge", { endedAt: "2026-03-02T08:14:11.125Z" }, { confirmed: 1 }],
    ["another number, the same time: other fields do not matter (D30)", { to: "+4930901820" }, { confirmed: 1 }],
    ["more than a second apart conflicts", { endedAt: "2026-03-02T08:14:12.126Z" }, { conflict: 1 }],
  ])("a second end: %s", (_name, differences, counts) => {
    const fold = begin();
    fold.call("acme", "ended", call());
    fold.call("acme", "ended", call(differences));
    expect(fold.rows).toHaveLength(1);
    expect(total(fold)).toMatchObject({ accepted: 2, applied: 1, seen: 1, rated: 1, ...counts });
    expect(fold.deadLetters.map(({ outcome }) => outcome)).toEqual("conflict" in counts ? ["conflict"] : []);
  });

  it("charges once whatever the order of the reports, and whether they come twice", () => {
    const reports: [CallEventType, Partial<CallFields>][] = [
      ["started", { setupAt: "2026-03-02T08:09:50Z" }],
      ["answered", {}],
      ["ended", {}],
    ];
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      const fold = begin();
      for (const at of [...order, ...order]) {
        const [type, fields] = reports[at] as [CallEventType, Partial<CallFields>];
        fold.call("acme", type, call({ id: `fixed-${type}`, ...fields }));
      }
      expect(fold.rows).toMatchObject([{ amountMicros: 80_000, billableSeconds: 251, version: 1 }]);
      expect(total(fold)).toMatchObject({ accepted: 6, applied: 3, duplicate: 3, seen: 1, rated: 1 });
    }
  });

  it("takes the earliest answer and the largest usage of all reports", () => {
    const fold = begin();
    fold.call("acme", "answered", { usageId: "x", user: "u1", to: "+33140205050", answeredAt: "2026-03-02T08:10:05Z" });
    fold.call("acme", "answered", { usageId: "x", answeredAt: "2026-03-02T08:10:00Z" });
    fold.call("acme", "ended", { usageId: "x", endedAt: "2026-03-02T08:11:00Z" });
    expect(fold.rows).toMatchObject([{ billableSeconds: 60, user: "u1" }]);
  });

  it("starts at end − usedMs where there is no answer; time stamps win where both are there (D3)", () => {
    const fold = begin();
    fold.call("acme", "ended", { usageId: "a", user: "u1", to: "+33140205050", endedAt: "2026-03-02T08:20:00Z", usedMs: 61_001 });
    fold.call("acme", "ended", call({ usageId: "b", usedMs: 1 }));
    expect(fold.rows).toMatchObject([{ billableSeconds: 62, amountMicros: 32_000 }, { billableSeconds: 251 }]);
  });

  it.each([
    [0, 0],
    [1, 16_000],
    [59_000, 16_000],
    [60_000, 16_000],
    [60_001, 32_000],
  ])("bills %i ms as %i micro-units (§12.23)", (ms, amount) => {
    const fold = begin();
    fold.call("acme", "ended", call({ endedAt: Date.UTC(2026, 2, 2, 8, 10) * 1000 + ms * 1000 }));
    expect(fold.rows).toMatchObject([{ amountMicros: amount, outcome: "rated" }]);
  });

  it("an end that nobody answered is abandoned, free", () => {
    const fold = begin();
    fold.call("acme", "ended", {
      usageId: "x",
      user: "u1",
      to: "+33140205050",
      setupAt: "2026-03-02T08:10:00Z",
      endedAt: "2026-03-02T08:10:20Z",
    });
    expect(fold.rows).toMatchObject([{ outcome: "abandoned", amountMicros: 0, billableSeconds: 0 }]);
    expect(total(fold)).toMatchObject({ abandoned: 1, rated: 0 });
  });

  it.each<[string, Partial<CallFields>, string]>([
    ["end before answer", { endedAt: "2026-03-02T08:09:59Z" }, "endBeforeStart"],
    ["more than five minutes ahead (D4)", { answeredAt: "2026-03-02T09:05:01Z", endedAt: "2026-03-02T09:06:00Z" }, "inFuture"],
    ["more than twelve months old (D4)", { answeredAt: "2025-02-28T08:00:00Z", endedAt: "2025-02-28T08:01:00Z" }, "tooOld"],
  ])("quarantines %s, kept whole", (_name, fields, reason) => {
    const fold = begin();
    fold.call("acme", "ended", call(fields));
    expect(fold.rows).toEqual([]);
    expect(fold.deadLetters).toMatchObject([{ outcome: "quarantined", reason }]);
    expect(JSON.parse(fold.deadLetters[0]?.payload ?? "")).toMatchObject({ usageId: "x" });
    expect(total(fold)).toMatchObject({ accepted: 1, quarantined: 1, seen: 0 });
  });

  it("quarantines events of an account that does not exist, counted at the partition", () => {
    const fold = begin();
    fold.call("nobody", "ended", call());
    expect(fold.deadLetters).toMatchObject([{ account: "nobody", reason: "unknownAccount" }]);
    expect(fold.state.nobody.total).toMatchObject({ accepted: 1, quarantined: 1 });
  });
});

describe("the memory of ids", () => {
  it("knows a leg after 72 hours from the table, later by asking, and rates a new old one at once", () => {
    const fold = begin();
    fold.call("acme", "ended", call());
    fold.now += 3 * DAY - 3_600_000_000;
    fold.tick();
    fold.call("acme", "ended", call());
    expect(total(fold)).toMatchObject({ confirmed: 1 });
    fold.now += 5 * DAY;
    fold.tick();
    expect(fold.state.ids.blooms.length).toBeGreaterThan(0);
    const again = fold.call("acme", "ended", call());
    expect(again.map(({ kind }) => kind)).toContain("lookUp");
    expect(total(fold)).toMatchObject({ confirmed: 2, rated: 1 });
    const fresh = fold.call("acme", "ended", call({ usageId: "never-seen" }));
    expect(fresh.map(({ kind }) => kind)).toEqual(["call"]);
  });

  it("rates a leg that was perhaps seen once the late lane knows that it was not", () => {
    const fold = begin();
    fold.call("acme", "ended", call());
    fold.now += 5 * DAY;
    fold.tick();
    // A filter that says yes to everything: every old id is asked about.
    for (const { words } of fold.state.ids.blooms) words.fill(0xffff_ffff);
    const outputs = fold.call("acme", "ended", call({ usageId: "unknown" }));
    expect(outputs.map(({ kind }) => kind)).toEqual(["lookUp", "call"]);
    expect(total(fold)).toMatchObject({ accepted: 2, applied: 2, rated: 2 });
  });

  it("an answer that is heard of after its end still counts: the earliest answer, as version 2", () => {
    const fold = begin();
    // What the end alone tells: 240 s at least. The answer's own report says 250.125 s, one minute more.
    fold.call("acme", "ended", {
      usageId: "x",
      user: "u1",
      to: "+33140205050",
      endedAt: "2026-03-02T08:14:10.125Z",
      usedMs: 240_000,
    });
    fold.call("acme", "answered", { usageId: "x", answeredAt: "2026-03-02T08:10:00Z" });
    expect(
      fold.rows.map(({ entry, version, billableSeconds, amountMicros }) => [entry, version, billableSeconds, amountMicros]),
    ).toEqual([
      ["original", 1, 240, 64_000],
      ["reversal", 1, -240, -64_000],
      ["replacement", 2, 251, 80_000],
    ]);
    expect(total(fold)).toMatchObject({ accepted: 2, applied: 2, rated: 1 });
  });

  it("ignores a second answer of the late lane", () => {
    const fold = begin();
    fold.call("acme", "ended", call());
    const outputs = fold.call("acme", "corrected", { usageId: "x", usedMs: 310_000 });
    const asked = outputs.find(({ kind }) => kind === "lookUp");
    if (asked?.kind !== "lookUp") throw new Error("nothing was asked");
    const before = fold.rows.length;
    fold.apply({ kind: "lookedUp", event: asked.event, stored: fold.rows, reply: null });
    expect(fold.rows).toHaveLength(before);
  });
});

describe("states × events", () => {
  /** Brings a leg `x` into each state. */
  const arrive: Record<LegState, (fold: TestFold) => void> = {
    NEW: () => undefined,
    AUTHORISED: (fold) => void fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+33140205050", setupAt: fold.now }),
    STARTED: (fold) => void fold.call("acme", "started", { usageId: "x", user: "u1", to: "+33140205050", setupAt: fold.now }),
    ANSWERED: (fold) =>
      void fold.call("acme", "answered", { usageId: "x", user: "u1", to: "+33140205050", answeredAt: fold.now }),
    CUT: (fold) => {
      fold.command("acme", "account.settings", { atZero: "cut" });
      fold.call(
        "acme",
        "ended",
        call({ usageId: "spend", to: "+93201234567", answeredAt: fold.now - 9_300_000_000, endedAt: fold.now }),
      );
      fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+93201234567", setupAt: fold.now, requestedSeconds: 600 });
      const answeredAt = fold.now;
      fold.now += 61_000_000;
      fold.ask("acme", "progress", { usageId: "x", answeredAt, usedMs: 61_000 });
    },
    RATED: (fold) => void fold.call("acme", "ended", call()),
    ESTIMATED: (fold) =>
      void fold.call("acme", "ended", {
        usageId: "x",
        user: "u1",
        to: "+33140205050",
        endedAt: "2026-03-02T08:14:10Z",
        usedMs: 250_000,
      }),
    EXPIRED: (fold) => {
      fold.ask("acme", "authorize", { usageId: "x", user: "u1", to: "+33140205050", setupAt: fold.now });
      fold.ask("acme", "progress", { usageId: "x", answeredAt: fold.now, usedMs: 30_000 });
      fold.now += 180_000_000;
      fold.tick();
    },
    DENIED: (fold) => void fold.ask("acme", "authorize", { usageId: "x", user: "nobody", to: "+33140205050", setupAt: fold.now }),
    ABANDONED: (fold) => void fold.call("acme", "rejected", { usageId: "x", user: "u1", setupAt: fold.now }),
    VOIDED: (fold) => {
      fold.call("acme", "ended", call());
      fold.command("acme", "call.void", { usageId: "x", reason: "test" });
    },
  };

  const states = Object.keys(arrive) as LegState[];
  it.each(states.flatMap((state) => callEventTypes.map((type) => [state, type, transitions[state][type]] as const)))(
    "%s + %s: %s; counted once, no invariant broken, said again without effect",
    (state, type) => {
      const fold = begin();
      arrive[state](fold);
      const before = { ...total(fold) };
      const event = makeCallEvent("acme", type, {
        ...call({ to: "+33140205050" }),
        id: "probe",
        time: null,
        endedAt: fold.now,
        answeredAt: fold.now - 5_000_000,
      });
      fold.apply({ kind: "call", event, reply: "inbox" });
      const after = { ...total(fold) };
      expect(after.accepted).toBe(before.accepted + 1);
      const rows = fold.rows.length;
      fold.apply({ kind: "call", event, reply: "inbox" });
      expect(total(fold)).toMatchObject({ accepted: before.accepted + 2, duplicate: after.duplicate + 1 });
      expect(fold.rows).toHaveLength(rows);
    },
  );

  it.each(states)("a leg is brought into %s", (state) => {
    const fold = begin();
    arrive[state](fold);
    const leg = view(fold.state, "acme", { view: "leg", usageId: "x" });
    expect("error" in leg ? "NEW" : (leg as { state: string }).state).toBe(state);
  });
});
