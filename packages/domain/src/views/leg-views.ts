import type { LegView, LiveCallsView } from "@tollbook/contracts/views.ts";
import { countryOf } from "@tollbook/tariffs/country-of.ts";
import type { Account } from "../account/account.ts";
import { nowOf } from "../account/clock.ts";
import { recall } from "../ids/id-memory.ts";
import { legKeyOf } from "../leg/close.ts";
import { stateOf, versionOf } from "../leg/closed-leg.ts";
import type { Leg } from "../leg/leg.ts";
import type { PartitionState } from "../state.ts";
import { asOf, money, MOST_ROWS, time } from "./as-of.ts";

/** Legs not closed yet, the newest first. */
export function liveCallsView(state: PartitionState, account: Account): LiveCallsView {
  const legs = [...account.legs.values()].slice(-MOST_ROWS).reverse();
  return {
    asOf: asOf(state, account),
    total: account.legs.size,
    calls: legs.map((leg) => ({
      usageId: leg.usageId,
      callType: leg.callType,
      user: leg.user || leg.organizer || leg.resourceAccount,
      to: leg.toE164 === "" ? leg.toRaw : `+${leg.toE164}`,
      destination: leg.toE164 === "" ? "" : (countryOf(leg.toE164)?.destination ?? ""),
      startedAt: leg.setupAt === 0 ? null : time(leg.setupAt),
      answeredAt: leg.answeredAt === 0 ? null : time(leg.answeredAt),
      usedSeconds: usedSeconds(leg, nowOf(state, account)),
      grantedSeconds: leg.grantedSeconds < 0 ? null : leg.grantedSeconds,
      reserved: money(leg.moneyReserved),
    })),
  };
}

function usedSeconds(leg: Leg, now: number): number {
  const sinceAnswer = leg.answeredAt === 0 ? 0 : Math.max(0, now - leg.answeredAt);
  return Math.ceil(Math.max(leg.usedMs * 1000, sinceAnswer) / 1_000_000);
}

/** An open leg, or what is still known of a closed one; its amount is in ClickHouse. */
export function legView(
  state: PartitionState,
  account: Account,
  usageId: string,
): LegView | { error: "unknownCall"; detail: string } {
  const leg = account.legs.get(usageId);
  if (leg !== undefined) {
    return {
      asOf: asOf(state, account),
      usageId,
      state: leg.state,
      version: 0,
      usedMs: leg.usedMs,
      grantedSeconds: leg.grantedSeconds < 0 ? null : leg.grantedSeconds,
      reserved: money(leg.moneyReserved),
      amount: null,
    };
  }
  const key = legKeyOf(account, usageId);
  const known = { connectedMs: 0, mark: 0, meta: 0 };
  if (!recall(state.ids, key, known)) return { error: "unknownCall", detail: usageId };
  return {
    asOf: asOf(state, account),
    usageId,
    state: stateOf(known.meta),
    version: versionOf(known.meta),
    usedMs: known.connectedMs,
    grantedSeconds: null,
    reserved: money(0),
    amount: null,
  };
}
