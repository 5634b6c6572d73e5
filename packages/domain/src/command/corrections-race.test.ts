import { describe, expect, it } from "vitest";
import type { CommandAnswer } from "@tollbook/contracts/answers.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import type { LogEntry, Output } from "../fold.ts";
import { hashState } from "../state.ts";
import { decodeState, encodeState } from "../snapshot/state-codec.ts";
import { correctionsWorld, ledgerSum, smallDeck } from "../testing/corrections-world.ts";
import type { CorrectionsWorld } from "../testing/corrections-world.ts";

/**
 * Void, amend, re-rate and a feeder's correction of one call at the same time, in every order of the questions and of the answers,
 * with answers read when asked or when given (D11, SPEC L5): one after the other or not at all, never twice.
 */

const deck = smallDeck("dearer", ["49,Germany,DE,landline,outbound,USD,0.01,0.02,60,60,,"]);
type LookUp = Extract<Output, { kind: "lookUp" }>;
const kinds = ["void", "amend", "rerate", "correct"] as const;
type Kind = (typeof kinds)[number];

/** All orders of the items of a list. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => orders([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]));
}

function begin(): CorrectionsWorld {
  const world = correctionsWorld("2026-03-02T08:00:00Z", {}, [deck]);
  const users = world.org.users(2, "DE");
  world.org.give("teams-phone-standard", users);
  world.org.give("calling-plan-domestic-120", users);
  world.org.give("communications-credits", users);
  world.org.command("credits.topUp", { amount: "50.00" });
  world.fold.at("2026-03-02T16:00:00Z");
  world.call("before", 238 * 60, { user: "u2" });
  world.call("x", 250);
  world.fold.answersLookUps = false;
  return world;
}

function give({ fold }: CorrectionsWorld, kind: Kind): Output[] {
  const command = (type: string, data: object): LogEntry =>
    ({
      kind: "command",
      account: "acme" as AccountId,
      reply: kind,
      command: { commandId: kind, type, actor: { kind: "person", id: "admin", roles: [] }, data },
    }) as unknown as LogEntry;
  const changes = { endedAt: "2026-03-02T16:01:00Z" };
  if (kind === "void") return fold.apply(command("call.void", { usageId: "x", reason: "r" }));
  if (kind === "amend") return fold.apply(command("call.amend", { usageId: "x", changes, reason: "r" }));
  if (kind === "correct") return fold.call("acme", "corrected", { usageId: "x", usedMs: 370_000 });
  return fold.apply(command("call.rerate", { usageId: "x", version: 1, job: "j", deckId: "dearer", expected: "0.025" }));
}

/** Gives all, then answers in the order wanted; what asks again is answered last. */
function play(world: CorrectionsWorld, given: readonly Kind[], answered: readonly Kind[], readWhenAsked: boolean): Output[] {
  const { fold } = world;
  const open = new Map<Kind, { lookUp: LookUp; entry: LogEntry }>();
  const outputs: Output[] = [];
  const collect = (kind: Kind, put: readonly Output[]): void => {
    outputs.push(...put);
    for (const output of put) if (output.kind === "lookUp") open.set(kind, { lookUp: output, entry: fold.answerTo(output) });
  };
  for (const kind of given) collect(kind, give(world, kind));
  for (let round = 0; open.size > 0; round++) {
    if (round > 8) throw new Error("questions that never end");
    for (const kind of answered) {
      const question = open.get(kind);
      if (question === undefined) continue;
      open.delete(kind);
      collect(kind, fold.apply(readWhenAsked && round === 0 ? question.entry : fold.answerTo(question.lookUp)));
    }
  }
  return outputs;
}

describe.each([
  ["read when asked", true],
  ["read when answered", false],
])("corrections of one call that race, rows %s", (_, readWhenAsked) => {
  it("D11, L5: in all 24 × 24 orders every command is answered once, one wins per version, and the money is that of the row in force", () => {
    const seen = new Set<string>();
    for (const given of orders(kinds)) {
      for (const answered of orders(kinds)) {
        const world = begin();
        const outputs = play(world, given, answered, readWhenAsked);
        const found = summaryOf(world, outputs);
        expect({ given, answered, ...found.facts }).toEqual({
          given,
          answered,
          answeredOnce: ["amend", "rerate", "void"],
          refusals: found.facts.refusals.filter((code) => code === "callChanged" || code === "callAlreadyVoided"),
          // Versions follow each other, and each row is reversed once at most: all but the one in force.
          versions: found.kept.map((_row, at) => at + 1),
          reversed: found.kept.slice(0, found.isVoid ? undefined : -1).map(({ outSeq }) => outSeq),
          charged: found.inForce,
          balance: 50_000_000 - found.inForce,
          ledger: { USD: 0, MIN: 0 },
          stillAsked: 0,
          // Of three commands for version 1 one is done, or none when the feeder's correction came before them.
          done: answered[0] === "correct" ? 0 : 1,
        });
        seen.add(`${found.done.join("")}${found.kept.map((row) => row.amountMicros).join(">")}${found.isVoid ? " void" : ""}`);
      }
    }
    // Version 1: 2 POOL + 3 × 0.015. Amended 310 s: 0.06. Re-rated: 0.01 + 3 × 0.02. Corrected to 370 s: 5 × 0.015, or by the new deck.
    expect([...seen].toSorted()).toEqual(["45000>75000", "amend45000>60000>75000", "rerate45000>70000>110000", "void45000 void"]);
  });
});

function summaryOf(world: CorrectionsWorld, outputs: readonly Output[]) {
  const rows = world.rowsOf("x");
  const account = world.fold.state.accounts.get("acme");
  const replies = outputs.flatMap((output) =>
    output.kind === "reply" ? [{ to: output.to, body: output.body as CommandAnswer }] : [],
  );
  const kept = rows.filter(({ entry }) => entry !== "reversal");
  const isVoid = rows.at(-1)?.entry === "reversal";
  const done = replies.filter(({ body }) => body.outcome === "accepted").map(({ to }) => to);
  return {
    kept,
    isVoid,
    done,
    inForce: isVoid ? 0 : (kept.at(-1)?.amountMicros ?? 0),
    facts: {
      answeredOnce: replies.map(({ to }) => to).toSorted(),
      refusals: replies.flatMap(({ body }) => (body.outcome === "refused" ? [body.code] : [])),
      versions: kept.map(({ version }) => version),
      reversed: rows.filter(({ entry }) => entry === "reversal").map(({ refersTo }) => refersTo),
      charged: rows.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
      balance: account?.credits.balanceMicros,
      ledger: ledgerSum(world.fold),
      stillAsked: account?.asked.size,
      done: done.length,
    },
  };
}

it("SPEC F3: a snapshot between question and answer folds on to the same bytes, and the answer is taken once", () => {
  const world = begin();
  const [question] = give(world, "amend");
  if (question?.kind !== "lookUp") throw new Error("nothing was asked");
  const other = decodeState(encodeState(world.fold.state));
  const answer = world.fold.answerTo(question);
  world.fold.apply(answer);
  const hash = hashState(world.fold.state);
  const rows = world.fold.rows.length;
  world.fold.apply(answer);
  expect(world.fold.rows).toHaveLength(rows);
  // The same answer once more changed nothing but the position.
  expect(hashState({ ...world.fold.state, lastSeq: world.fold.state.lastSeq - 1 })).toBe(hash);
  expect(other.accounts.get("acme")?.asked.size).toBe(1);
});

it("no feeder can void, amend or re-rate a call by an event that looks like the question of a command", () => {
  const world = begin();
  world.fold.answersLookUps = true;
  const data = { usageId: "x", version: 1, job: "j", deckId: "dearer", expected: "0", reason: "r" };
  const question = { commandId: "c", data, actor: { kind: "person" }, version: 1 };
  for (const type of ["call.void", "call.amend", "call.rerate"]) {
    const raw = JSON.stringify({ ...question, type });
    world.fold.call("acme", "corrected", { usageId: "x", source: `tollbook:${type}`, id: "c", raw, usedMs: 250_000 });
  }
  expect(world.rowsOf("x").map(({ entry }) => entry)).toEqual(["original"]);
  // Nor can it choose the deck that its correction is priced with: 2 POOL + 4 × 0.015.
  for (const raw of [JSON.stringify({ ...question, type: "call.rerate" }), "null"]) {
    world.fold.call("acme", "corrected", { usageId: "x", source: "tollbook:call.rerate", id: raw, raw, usedMs: 310_000 });
  }
  expect(world.rowsOf("x").at(-1)).toMatchObject({ version: 2, amountMicros: 60_000 });
  expect(world.fold.events.filter(({ type }) => type.startsWith("command.call."))).toEqual([]);
});
