import { describe, expect, it } from "vitest";
import { encodeAccount } from "./snapshot/state-codec.ts";
import type { Account } from "./account/account.ts";
import { createOrganisation } from "./testing/organisation.ts";
import { sampleDecks } from "./testing/sample-decks.ts";
import { createTestFold } from "./testing/test-fold.ts";
import type { CallFields, TestFold } from "./testing/test-fold.ts";
import { failNextAt } from "./apply.ts";

const decks = sampleDecks();

function begin(): { fold: TestFold; account: () => Account } {
  const fold = createTestFold(decks, "2026-03-02T08:00:00Z");
  for (const id of ["acme", "other"]) {
    const org = createOrganisation(fold, {}, id);
    const users = org.users(1, "DE");
    org.give("teams-phone-standard", users);
    org.give("calling-plan-domestic-120", users);
    org.give("communications-credits", users);
    org.command("credits.topUp", { amount: "50" });
  }
  fold.now += 20_000_000_000;
  return { fold, account: () => fold.state.accounts.get("acme") as Account };
}

const call: CallFields = {
  usageId: "x",
  user: "u1",
  to: "+4930901820",
  answeredAt: "2026-03-02T08:10:00Z",
  endedAt: "2026-03-02T12:14:10Z",
};

/** The account's bytes without what a freeze itself says (the reason), counts, and questions that an earlier entry asked. */
const rest = (account: Account): unknown => ({
  ...(JSON.parse(encodeAccount(account)) as object),
  frozen: "",
  counters: null,
  asked: null,
});

/** What is done, with everything that can change: an end that takes minutes and money, an authorisation, a command, a tick. */
const deeds: [string, (fold: TestFold) => void, (fold: TestFold) => void][] = [
  ["an end", () => undefined, (fold) => void fold.call("acme", "ended", call)],
  ["an authorisation", () => undefined, (fold) => void fold.call("acme", "authorize", { ...call, to: "+33140205050" })],
  [
    "a correction",
    (fold) => void fold.call("acme", "ended", call),
    (fold) => void fold.call("acme", "corrected", { usageId: "x", usedMs: 120_000 }),
  ],
  [
    "a command",
    () => undefined,
    (fold) => void fold.command("acme", "user.set", { user: "u1", displayName: "new", usageLocation: "FR" }),
  ],
  [
    "a tick",
    (fold) => {
      fold.call("acme", "authorize", { ...call, to: "+33140205050", usedMs: 60_000 });
      fold.now += 300_000_000;
    },
    (fold) => void fold.tick(),
  ],
];

describe("a broken invariant", () => {
  it.each(deeds)(
    "in %s: at whichever write it happens, the account is rolled back whole and frozen, nothing is put out",
    (_name, before, deed) => {
      let failures = 0;
      for (let at = 0; at < 500; at++) {
        const { fold, account } = begin();
        before(fold);
        const was = rest(account());
        const { outSeq } = fold.state;
        const outputs = fold.outputs.length;
        failNextAt(at);
        deed(fold);
        failNextAt(-1);
        if (account().frozen === "") break;
        failures++;
        expect(rest(account())).toEqual(was);
        expect(fold.state.outSeq).toBe(outSeq);
        const put = fold.outputs.slice(outputs).filter(({ kind }) => kind !== "reply" && kind !== "lookUp");
        expect(put).toMatchObject([{ kind: "notice", notice: "account.frozen" }]);
      }
      expect(failures).toBeGreaterThan(5);
    },
  );

  it("freezes one account only; its events are quarantined, its commands refused, telephony is answered as it has set", () => {
    const { fold, account } = begin();
    fold.command("acme", "account.settings", { onUnreachable: "continue_capped", maxUnsupervisedSeconds: 600 });
    failNextAt(3);
    fold.call("acme", "ended", call);
    failNextAt(-1);
    expect(account().frozen).toContain("asked to fail here");
    fold.call("acme", "ended", { ...call, usageId: "y" });
    expect(fold.deadLetters.at(-1)).toMatchObject({ outcome: "quarantined", reason: "accountFrozen", account: "acme" });
    expect(fold.ask("acme", "authorize", { ...call, usageId: "z" })).toMatchObject({
      decision: "allow",
      grantedSeconds: 600,
      onUnreachable: "continue_capped",
    });
    expect(fold.command("acme", "account.block", { blocked: true })).toMatchObject({ code: "accountFrozen" });
    fold.call("other", "ended", call);
    expect(fold.rows.at(-1)).toMatchObject({ account: "other", outcome: "rated" });
  });

  it("stops the partition, and decides nothing, when a deck in force was not handed over", () => {
    const { fold } = begin();
    const activation = { deckId: "missing", name: "third", currency: "USD" as never, validFrom: 0 as never, rows: 1 };
    fold.apply({ kind: "install", fact: { type: "deck.activate", activation, installSeq: 99 } });
    expect(() => fold.call("acme", "ended", { ...call, to: "+33140205050" })).toThrow("rate deck missing");
  });
});
