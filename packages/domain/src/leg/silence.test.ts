import { describe, expect, it } from "vitest";
import { createOrganisation } from "../testing/organisation.ts";
import { sampleDecks } from "../testing/sample-decks.ts";
import { createTestFold } from "../testing/test-fold.ts";
import type { TestFold } from "../testing/test-fold.ts";
import { view } from "../view.ts";

const decks = sampleDecks();
const SECOND = 1_000_000;

function begin(): TestFold {
  const fold = createTestFold(decks, "2026-03-02T08:00:00Z");
  const org = createOrganisation(fold);
  const users = org.users(1, "DE");
  org.give("teams-phone-standard", users);
  org.give("calling-plan-domestic-120", users);
  org.give("communications-credits", users);
  org.command("credits.topUp", { amount: "50" });
  fold.now += 60 * SECOND;
  return fold;
}

const call = { usageId: "x", user: "u1", to: "+33140205050" };
const reserved = (fold: TestFold): unknown => (view(fold.state, "acme", { view: "credits" }) as { reserved: string }).reserved;
const passes = (fold: TestFold, seconds: number): void => {
  fold.now += seconds * SECOND;
  fold.tick();
};

describe("silence (D24)", () => {
  it("closes a granted session after 120 s at the usage last reported, and releases the rest", () => {
    const fold = begin();
    const answeredAt = fold.now;
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    fold.now += 30 * SECOND;
    fold.ask("acme", "progress", { usageId: "x", answeredAt, usedMs: 30_000 });
    expect(reserved(fold)).toBe("0.032");
    passes(fold, 119);
    expect(fold.rows).toEqual([]);
    passes(fold, 60);
    expect(fold.rows).toMatchObject([{ billableSeconds: 30, amountMicros: 16_000, endedBy: "timeout", outcome: "rated" }]);
    expect(reserved(fold)).toBe("0.00");
    // Its end is heard of after all: always accepted, as version 2.
    fold.call("acme", "ended", { ...call, answeredAt, endedAt: answeredAt + 130 * SECOND });
    expect(fold.rows.slice(1)).toMatchObject([{ entry: "reversal" }, { entry: "replacement", version: 2, amountMicros: 48_000 }]);
  });

  it("closes a leg without a grant only after 24 h", () => {
    const fold = begin();
    fold.call("acme", "started", { ...call, setupAt: fold.now });
    passes(fold, 86_000);
    expect(fold.rows).toEqual([]);
    passes(fold, 460);
    expect(fold.rows).toMatchObject([{ outcome: "abandoned", amountMicros: 0 }]);
  });

  it("a granted session that is never answered is abandoned, free, and holds nothing any more", () => {
    const fold = begin();
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    expect(reserved(fold)).toBe("0.016");
    passes(fold, 180);
    expect(fold.rows).toMatchObject([{ outcome: "abandoned", amountMicros: 0 }]);
    expect(reserved(fold)).toBe("0.00");
  });

  it("a cancelled request leaves nothing reserved; the call may go on and is rated by its end", () => {
    const fold = begin();
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now });
    fold.call("acme", "authorize.cancelled", { usageId: "x" });
    expect(reserved(fold)).toBe("0.00");
    const answeredAt = fold.now;
    fold.now += 61 * SECOND;
    fold.call("acme", "ended", { ...call, answeredAt, endedAt: fold.now });
    expect(fold.rows).toMatchObject([{ outcome: "rated", amountMicros: 32_000 }]);
  });

  it("renews without posting money, and answers the same seq the same", () => {
    const fold = begin();
    const answeredAt = fold.now;
    fold.ask("acme", "authorize", { ...call, setupAt: fold.now, sessionId: "s", seq: 0 });
    fold.now += 50 * SECOND;
    const first = fold.ask("acme", "progress", { usageId: "x", sessionId: "s", seq: 1, answeredAt, usedMs: 50_000 });
    expect(first).toMatchObject({ grantedSeconds: 120, seq: 1, reserved: "0.032" });
    fold.now += 5 * SECOND;
    expect(fold.ask("acme", "progress", { usageId: "x", sessionId: "s", seq: 1, usedMs: 55_000 })).toEqual(first);
    expect(fold.rows).toEqual([]);
    expect(view(fold.state, "acme", { view: "credits" })).toMatchObject({ balance: "50.00" });
  });

  it("a minute seen before is ignored, and entries of legs that have ended do not pile up", () => {
    const fold = begin();
    for (let i = 0; i < 5000; i++) {
      fold.call("acme", "started", { ...call, usageId: `leg-${i}`, setupAt: fold.now });
      fold.call("acme", "ended", { ...call, usageId: `leg-${i}`, answeredAt: fold.now, endedAt: fold.now });
    }
    passes(fold, 60);
    expect(fold.state.due.entries.length).toBeLessThan(1100);
    expect(fold.tick()).toEqual([]);
  });
});
