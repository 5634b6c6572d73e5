import type { AccountId } from "@tollbook/contracts/units.ts";
import type { ViewRequest } from "@tollbook/contracts/views.ts";
import { describe, expect, it } from "vitest";
import type { Services } from "../services.ts";
import { sampleViews } from "../testing/sample-views.ts";
import { openPeople, type People } from "./people.ts";

const acme = "acme" as AccountId;
const now = new Date("2026-11-25T12:00:00Z");

/** People of a meter that answers as told, or not at all; how often it was asked. */
function open(answer: ((request: ViewRequest) => object) | null): { readonly people: () => Promise<People>; asked: number } {
  const state = { asked: 0, people: async () => await people.of(acme) };
  const request = async (_subject: string, text: string) => {
    state.asked += 1;
    if (answer === null) throw new Error("503");
    return { json: () => answer(JSON.parse(text) as ViewRequest) };
  };
  const people = openPeople({
    log: { connection: () => ({ request }) } as unknown as Services["log"],
    settled: { partitions: 2 } as unknown as Services["settled"],
    directory: { pseudonymKey: async (account: string) => `secret of ${account}` } as unknown as Services["directory"],
    now: () => now,
  });
  return state;
}
const views =
  (time: string, more: object = {}) =>
  (request: ViewRequest) => ({
    ...sampleViews({ partition: 0, seq: 1, time }, "acme")[request.view],
    ...(request.view === "summary" ? more : {}),
  });

describe("who is who in a report", () => {
  it("§8.4: by the account's country; asked for once, then kept for half a minute", async () => {
    const state = open(views("2026-11-25T11:59:30.000000Z"));
    const people = await state.people();
    expect([people.country, people.hiddenDigits, people.clockOffsetUs]).toEqual(["DE", 3, 0]);
    expect(people.person("ada")).toMatchObject({ displayName: "Ada", userPrincipalName: "ada@acme.test" });
    expect(people.person("left-long-ago")).toMatchObject({ displayName: "left-long-ago" });
    expect(people.person("")).toBeNull();
    const before = state.asked;
    expect(await state.people()).toBe(people);
    expect(state.asked).toBe(before);
  });

  it("§8.4, §10: with the meter away and nothing known the strictest holds: four digits hidden, nobody named", async () => {
    const people = await open(null).people();
    expect([people.hiddenDigits, people.pseudonymised]).toEqual([4, true]);
    expect(people.person("ada")?.displayName).toMatch(/^[0-9a-f]{16}$/);
  });

  it("§10: a pseudonym is the same whenever it is made, and another in another account", async () => {
    const one = await open(views("2026-11-25T12:00:00.000000Z", { pseudonymiseUsers: true })).people();
    const again = await open(views("2026-11-25T12:00:00.000000Z", { pseudonymiseUsers: true })).people();
    expect(one.person("ada")).toEqual(again.person("ada"));
    expect(one.storedId(one.person("ada")?.id ?? "")).toBe("ada");
    const away = await open(null).people();
    expect(away.person("ada")?.id).toBe(one.person("ada")?.id);
  });

  it("an account with a test clock has its own now, asked for each time", async () => {
    const state = open(views("2027-03-10T12:00:00.000000Z"));
    const people = await state.people();
    expect(people.clockOffsetUs).toBe((Date.parse("2027-03-10T12:00:00Z") - now.getTime()) * 1000);
    const before = state.asked;
    await state.people();
    expect(state.asked).toBeGreaterThan(before);
  });
});
