import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedRules } from "../testing/scripted-rules.ts";
import { operator, startTestApi, until, type TestApi } from "../testing/start-test-api.ts";
import { checkPassword, openSession } from "./people.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ rules: scriptedRules });
});
afterAll(async () => await api.close());

describe("roles of earlier versions", () => {
  it.each([
    [["owner"], ["billingAccountOwner", "globalAdmin"]],
    [["admin"], ["billingAdmin", "globalAdmin"]],
    [["reader"], ["billingAccountReader", "globalReader", "reportReader"]],
    [
      ["owner", "reader"],
      ["billingAccountOwner", "billingAccountReader", "globalAdmin", "globalReader", "reportReader"],
    ],
    [["billingProfileReader:emea", "king", "globalAdmin:emea"], ["billingProfileReader:emea"]],
  ])("%j are read as what they allowed, and written as %j", async (stored, roles) => {
    const person = { email: "a@acme.test", displayName: "A", passwordHash: "x", operator: false };
    await api.directory.changePerson("a@acme.test", () => ({ ...person, memberships: [{ account: "acme", roles: stored }] }));
    expect(api.directory.person("a@acme.test")?.memberships).toEqual([{ account: "acme", roles }]);
    // The next change of anything writes them as they were read.
    let seen: unknown = null;
    await api.directory.changePerson("a@acme.test", (current) => {
      seen = current?.memberships;
      return current === null ? null : { ...current, displayName: "B" };
    });
    expect(seen).toEqual([{ account: "acme", roles }]);
  });
});

it("sessions and invitations that have ended are taken out, others stay", async () => {
  const person = await checkPassword(api.directory, operator.email, operator.password);
  if (person === null) throw new Error("the operator cannot sign in");
  const opened = new Date("2026-06-01T08:00:00Z");
  const [early, late] = [
    await openSession(api.directory, person, opened),
    await openSession(api.directory, person, new Date("2026-06-01T09:00:00Z")),
  ];
  const invitation = { email: "x@acme.test", account: "acme" };
  await api.directory.changeInvitation("old", () => ({ ...invitation, expiresAt: "2026-06-01T20:00:00.000Z" }));
  await api.directory.changeInvitation("new", () => ({ ...invitation, expiresAt: "2026-06-01T20:00:00.001Z" }));
  await api.directory.removeEnded("2026-06-01T20:00:00.000Z");
  await until(async () => api.directory.session(early.token) === null);
  expect(api.directory.session(late.token)).not.toBeNull();
  expect([api.directory.invitation("old"), api.directory.invitation("new") === null]).toEqual([null, false]);
});

it("who has no password cannot sign in with any", async () => {
  const person = { email: "no-password@acme.test", displayName: "", passwordHash: "", operator: false, memberships: [] };
  await api.directory.changePerson("no-password@acme.test", () => person);
  for (const password of ["", "anything at all"])
    expect(await checkPassword(api.directory, "no-password@acme.test", password)).toBeNull();
});
