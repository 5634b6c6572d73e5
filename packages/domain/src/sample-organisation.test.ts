import { describe, expect, it } from "vitest";
import type { CommandType } from "@tollbook/contracts/commands.ts";
import { decodeCommand } from "@tollbook/contracts/commands.ts";
import { sampleCast, sampleOrganisation } from "./sample-organisation.ts";
import { createTestFold } from "./testing/test-fold.ts";
import { sampleDecks } from "./testing/sample-decks.ts";
import { view } from "./view.ts";

describe("the sample organisation", () => {
  it("is accepted, command by command, and its commands have the documented form", () => {
    const fold = createTestFold(sampleDecks(), "2026-11-01T08:00:00Z");
    for (const { account, type, data } of sampleOrganisation()) {
      const actor = { kind: "system", id: "demo", roles: [] };
      expect(decodeCommand({ commandId: "1", type, actor, data })).toMatchObject({ ok: true });
      expect(fold.command(account, type as CommandType, data as never)).toMatchObject({ outcome: "accepted" });
    }
    expect(view(fold.state, "acme", { view: "summary" })).toMatchObject({
      balance: "150.00",
      creditMode: "DRAINING",
      pools: [{ totalMinutes: 2160 }, { totalMinutes: 4800 }, { totalMinutes: 2400 }, { totalMinutes: 180 }],
    });
    expect(view(fold.state, "globex", { view: "credits" })).toMatchObject({ mode: "PREPAID", balance: "200.00" });
  });

  it("rates a domestic call from the pool, one abroad from the credits, one to the queue from the credits", () => {
    const fold = createTestFold(sampleDecks(), "2026-11-01T08:00:00Z");
    for (const { account, type, data } of sampleOrganisation()) fold.command(account, type as CommandType, data as never);
    fold.at("2026-11-02T09:10:00Z");
    const times = { answeredAt: "2026-11-02T09:00:00Z", endedAt: "2026-11-02T09:04:10Z" };
    fold.call("acme", "ended", { usageId: "a", user: "ada", to: "+4930901820", ...times });
    fold.call("acme", "ended", { usageId: "b", user: "ada", to: "+33140205050", ...times });
    fold.call("acme", "ended", {
      usageId: "c",
      callType: "ucap_in",
      direction: "inbound",
      resourceAccount: sampleCast.queue,
      serviceNumber: sampleCast.tollFreeNumber,
      numberType: "tollFree",
      ...times,
    });
    expect(fold.rows.map(({ amountMicros, poolMinutes, capability }) => ({ amountMicros, poolMinutes, capability }))).toEqual([
      { amountMicros: 0, poolMinutes: 5, capability: "MCOPSTN5" },
      { amountMicros: 80_000, poolMinutes: 0, capability: "MCOPSTNPP" },
      { amountMicros: 875_000, poolMinutes: 0, capability: "MCOPSTNPP" },
    ]);
    expect(JSON.parse(fold.rows[1]?.proof ?? "")).toMatchObject({
      rate: { prefix: "331", chargedSeconds: 300 },
      payAsYouGo: "ON",
    });
  });
});
