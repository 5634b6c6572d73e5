import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { formatMicros, micros } from "@tollbook/contracts/units.ts";
import type { Account } from "../account/account.ts";
import { products } from "../catalogue/products.ts";
import type { Output } from "../fold.ts";
import { decodeState, encodeState } from "../state.ts";
import { createNaiveModel } from "./naive-model.ts";
import type { ModelAnswer, ModelLeg, ModelResult, ModelWorld } from "./naive-model.ts";
import { createOrganisation } from "./organisation.ts";
import { deckOf, NUMBERS } from "./random-world.ts";
import type { Step } from "./random-world.ts";
import { createTestFold, makeCallEvent } from "./test-fold.ts";
import type { CallFields, TestFold } from "./test-fold.ts";

/** Plays steps on the real fold and on the naive model side by side. */
export interface WorldRunner {
  readonly fold: TestFold;
  readonly account: () => Account;
  readonly model: ReturnType<typeof createNaiveModel>;
  /** Plays one step; what the two say differently, or null. */
  play(step: Step): string | null;
}

interface Played {
  leg: ModelLeg;
  /** `silent`: closed by silence before it was answered; `expired`: closed by silence at its last usage. */
  phase: "granted" | "denied" | "released" | "settled" | "expired" | "silent";
  setupAt: number;
  answeredAt: number;
  usedMs: number;
  cut: boolean;
  granted: number;
  dueAt: number;
  /** Connected time of the accepted end. */
  endedMs: number;
  /** Its occurrence. */
  endId: string;
}

/** The organisation is older than any leg; traffic begins shortly before the end of a month, so that legs fall into two. */
const CREATED = "2026-03-31T18:00:00Z";
const START = "2026-03-31T22:00:00Z";
const APRIL_US = 1_775_001_600_000_000; // 2026-04-01T00:00:00Z
const MINUTE_US = 60_000_000;
const SUPERVISED_US = 120_000_000;

export function createWorldRunner(world: ModelWorld): WorldRunner {
  const fold = createTestFold([deckOf(world.rates)], CREATED);
  const org = createOrganisation(fold, { agreement: world.postPaid ? "MCA" : "MOSA" });
  const ids = org.users(world.users.length, "DE");
  const idsWith = (wanted: (user: ModelWorld["users"][number]) => boolean): string[] =>
    ids.filter((_, at) => wanted(world.users[at] as ModelWorld["users"][number]));
  org.give("teams-phone-standard", ids);
  const plans = [
    org.give(
      "calling-plan-domestic-120",
      idsWith(({ plan }) => plan === "domestic120"),
    ),
    org.give(
      "calling-plan-payg-zone-2",
      idsWith(({ plan }) => plan === "payAsYouGo"),
    ),
    org.give(
      "calling-plan-international",
      idsWith(({ plan }) => plan === "international"),
    ),
  ];
  setCoupling(world.coupling);
  for (const [at, { spendLimit }] of world.users.entries())
    if (spendLimit !== null)
      org.command("policy.set", { user: ids[at] as string, spendLimit: formatMicros(micros(Number(spendLimit))) });
  org.give(
    "communications-credits",
    idsWith(({ creditsLicence }) => creditsLicence),
  );
  org.command("account.settings", {
    atZero: world.cut ? "cut" : "complete",
    overdraftCap: formatMicros(micros(Number(world.capMicros))),
  });
  org.command("budget.set", { budget: "all", name: "all", amount: "1", period: "monthly", charges: "usage" });
  fold.at(START);
  const model = createNaiveModel(world);
  const played = new Map<number, Played>();
  const sent: { event: CallEvent; asks: boolean }[] = [];
  let serial = 0;

  const monthOf = (at: number): number => (at < APRIL_US ? 202_603 : 202_604);
  const send = (type: CallEvent["type"], fields: CallFields, asks: boolean): Output[] => {
    const event = makeCallEvent("acme", type, { ...fields, id: `w${++serial}` });
    sent.push({ event, asks });
    return fold.apply({ kind: "call", event, reply: asks ? "inbox" : null });
  };
  const describe = (leg: ModelLeg): CallFields => ({
    usageId: leg.id,
    user: ids[leg.user] as string,
    to: `+${NUMBERS[leg.rate]}`,
  });
  const settle = (state: Played, startAt: number, connectedUs: number, replaces: boolean): ModelResult =>
    model.settle(state.leg, startAt, monthOf(startAt), Math.ceil(connectedUs / 1_000_000), state.cut, replaces);

  function authorize(step: Extract<Step, { do: "authorize" }>): string | null {
    if (played.has(step.leg)) return null;
    const leg = { id: `leg-${step.leg}`, user: step.user, rate: step.rate };
    const setupAt = fold.now;
    const outputs = send("authorize", { ...describe(leg), setupAt, requestedSeconds: step.slice }, true);
    const answer = model.grant(leg, setupAt, monthOf(setupAt), 0, step.slice);
    played.set(step.leg, {
      leg,
      phase: answer.allow ? "granted" : "denied",
      setupAt,
      answeredAt: 0,
      usedMs: 0,
      cut: false,
      granted: answer.granted,
      dueAt: fold.now + SUPERVISED_US,
      endedMs: 0,
      endId: "",
    });
    return compareAnswer(outputs, answer);
  }

  function progress(step: Extract<Step, { do: "progress" }>): string | null {
    const state = played.get(step.leg);
    if (state === undefined || state.phase !== "granted") return null;
    if (state.answeredAt === 0) state.answeredAt = state.setupAt + Math.floor((fold.now - state.setupAt) / 2);
    state.usedMs = Math.floor((fold.now - state.answeredAt) / 1000);
    const { answeredAt, usedMs } = state;
    const outputs = send("progress", { ...describe(state.leg), answeredAt, usedMs, requestedSeconds: step.slice }, true);
    const used = Math.ceil((usedMs * 1000) / 1_000_000) || Math.ceil((fold.now - answeredAt) / 1_000_000);
    const answer = model.grant(state.leg, answeredAt, monthOf(answeredAt), used, step.slice);
    state.dueAt = fold.now + SUPERVISED_US;
    state.granted = answer.granted;
    const reply = outputs.find((output) => output.kind === "reply");
    // Whether it asks for a cut-off follows from the answer; the model only needs to know that it did.
    if (reply?.kind === "reply" && "final" in reply.body && reply.body.final && used >= (reply.body.grantedSeconds ?? 0))
      state.cut = true;
    return compareAnswer(outputs, answer);
  }

  function ended(step: Extract<Step, { do: "ended" }>): string | null {
    const known = played.get(step.leg);
    const leg = known?.leg ?? { id: `leg-${step.leg}`, user: step.user, rate: step.rate };
    const endedAt = fold.now;
    if (known?.phase === "settled") return endedAgain(known, endedAt);
    const length = Math.min(step.length, known === undefined ? step.length : Math.floor((endedAt - known.setupAt) / 1_000_000));
    const answeredAt = known !== undefined && known.answeredAt !== 0 ? known.answeredAt : endedAt - length * 1_000_000;
    const state = known ?? {
      leg,
      phase: "settled",
      setupAt: answeredAt,
      answeredAt,
      usedMs: 0,
      cut: false,
      granted: 0,
      dueAt: 0,
      endedMs: 0,
      endId: "",
    };
    const connectedUs = endedAt - answeredAt;
    if ((known?.phase === "denied" || known?.phase === "silent") && connectedUs === 0) return null;
    const outputs = send("ended", { ...describe(leg), answeredAt, endedAt }, false);
    const result = settle(state, answeredAt, connectedUs, known?.phase === "expired" || known?.phase === "silent");
    state.endedMs = Math.round(connectedUs / 1000);
    state.endId = sent.at(-1)?.event.id ?? "";
    state.phase = "settled";
    played.set(step.leg, state);
    return compareRow(outputs, result);
  }

  function overrun(step: Extract<Step, { do: "overrun" }>): string | null {
    const state = played.get(step.leg);
    if (state === undefined || state.phase !== "granted" || state.answeredAt === 0) return null;
    const end = state.answeredAt + (state.granted + step.by) * 1_000_000;
    if (end < fold.now) return null;
    fold.now = end;
    return ended({ do: "ended", dt: 0, leg: step.leg, user: state.leg.user, rate: state.leg.rate, length: 0 });
  }

  /** A second end: the same says nothing new; another is a conflict; neither moves anything. */
  function endedAgain(state: Played, endedAt: number): string | null {
    const answeredAt = endedAt - (state.endedMs + 700) * 1000;
    const outputs = send("ended", { ...describe(state.leg), answeredAt, endedAt }, false);
    return outputs.length === 0 ? null : `a confirmation had ${outputs.length} outputs`;
  }

  function tick(): string | null {
    const rows = fold.rows.length;
    fold.tick();
    const due = [...played.values()]
      .filter(({ phase, dueAt }) => (phase === "granted" || phase === "released") && dueAt <= fold.now)
      .sort((one, other) => one.dueAt - other.dueAt);
    for (const [at, state] of due.entries()) {
      const row = fold.rows[rows + at];
      if (row === undefined) return `${state.leg.id} was not closed`;
      if (state.usedMs === 0 && state.answeredAt === 0) {
        settle(state, state.setupAt, 0, false);
        state.phase = "silent";
        if (row.outcome !== "abandoned") return `${row.usageId} ${row.outcome} instead of abandoned`;
        continue;
      }
      const difference = compareResult(row, settle(state, state.answeredAt, state.usedMs * 1000, false));
      if (difference !== null) return difference;
      state.phase = "expired";
    }
    return fold.rows.length === rows + due.length ? null : "other legs were closed than are due";
  }

  function cancelled(step: Extract<Step, { do: "cancelled" }>): string | null {
    const state = played.get(step.leg);
    if (state === undefined || state.phase !== "granted" || state.answeredAt !== 0) return null;
    send("authorize.cancelled", { usageId: state.leg.id }, false);
    model.close(state.leg.id);
    state.phase = "released";
    state.dueAt = fold.now + SUPERVISED_US;
    return null;
  }

  function repeat(step: Extract<Step, { do: "repeat" }>): string | null {
    const again = sent.at(-1 - step.back);
    if (again === undefined) return null;
    const account = fold.state.accounts.get("acme") as Account;
    const { duplicate } = account.counters.total;
    const outputs = fold.apply({ kind: "call", event: again.event, reply: again.asks ? "inbox" : null });
    if (account.counters.total.duplicate !== duplicate + 1) return `a repeated ${again.event.type} was not counted as duplicate`;
    const others = outputs.filter(({ kind }) => kind !== "reply");
    return others.length === 0 ? null : `a repeated ${again.event.type} had an effect: ${others.map(({ kind }) => kind).join()}`;
  }

  burn("burnt-home", 0, world.burnt.domestic);
  burn("burnt-abroad", 2, world.burnt.international);

  /** Minutes of the international plan that are gone already. */
  function burn(id: string, rate: number, minutes: number): void {
    if (minutes === 0) return;
    const leg = { id, user: world.users.findIndex(({ plan }) => plan === "international"), rate };
    const answeredAt = fold.now - minutes * MINUTE_US;
    const outputs = send("ended", { ...describe(leg), answeredAt, endedAt: fold.now }, false);
    const difference = compareRow(outputs, model.settle(leg, answeredAt, monthOf(answeredAt), minutes * 60, false, false));
    if (difference !== null) throw new Error(difference);
  }

  return {
    get fold() {
      return fold;
    },
    account: () => fold.state.accounts.get("acme") as Account,
    model,
    play(step) {
      // Two entries never have the same time, so that what is due first is never in doubt.
      fold.now += step.dt * 1_000_000 + 1;
      switch (step.do) {
        case "authorize":
          return authorize(step);
        case "progress":
          return progress(step);
        case "ended":
          return ended(step);
        case "overrun":
          return overrun(step);
        case "cancelled":
          return cancelled(step);
        case "repeat":
          return repeat(step);
        case "goodwill":
          org.command("credits.goodwill", { amount: formatMicros(micros(step.micros)), reason: "test" });
          model.money(BigInt(step.micros));
          return null;
        case "switch":
          if (!world.postPaid) return null;
          for (const subscription of plans) org.command("payAsYouGo.set", { subscription, on: step.on });
          model.switch(step.on, fold.now);
          return null;
        case "tick":
          fold.now = Math.ceil(fold.now / MINUTE_US) * MINUTE_US;
          return tick();
        case "snapshot":
          fold.state = decodeState(encodeState(fold.state));
          return null;
      }
    },
  };
}

/** The catalogue's switch (CP-6). Plans are data that nothing else changes, so every world sets it anew. */
function setCoupling(coupling: ModelWorld["coupling"]): void {
  const plan = products.find(({ id }) => id === "calling-plan-international") as { capCoupling: ModelWorld["coupling"] };
  plan.capCoupling = coupling;
}

function compareAnswer(outputs: readonly Output[], expected: ModelAnswer): string | null {
  const reply = outputs.find((output) => output.kind === "reply");
  if (reply?.kind !== "reply" || !("decision" in reply.body)) return "no answer";
  const { decision, reason, grantedSeconds, reserved } = reply.body;
  const got = `${decision} ${reason} ${grantedSeconds} ${reserved}`;
  const wanted = `${expected.allow ? "allow" : "deny"} ${expected.reason} ${expected.granted} ${formatMicros(micros(Number(expected.reserved)))}`;
  return got === wanted ? null : `answer ${got}; model ${wanted}`;
}

function compareRow(outputs: readonly Output[], expected: ModelResult): string | null {
  const output = outputs.findLast(({ kind }) => kind === "call");
  return output?.kind === "call" ? compareResult(output.row, expected) : "no row";
}

function compareResult(row: Extract<Output, { kind: "call" }>["row"], expected: ModelResult): string | null {
  const sum = (source: string): number =>
    row.segments.reduce((total, part) => total + (part.source === source ? part.amountMicros : 0), 0);
  const unfunded = row.segments.reduce((total, part) => total + (part.source === "UNFUNDED" ? part.seconds : 0), 0);
  const got = `pool ${row.poolMinutes} credits ${sum("CREDITS")} overage ${sum("OVERAGE")} unfunded ${unfunded} ${row.reason}`;
  const wanted = `pool ${expected.poolMinutes} credits ${expected.credits} overage ${expected.overage} unfunded ${expected.unfundedSeconds} ${expected.reason}`;
  return got === wanted ? null : `${row.usageId}: ${got}; model ${wanted}`;
}
