import { describe, expect, it } from "vitest";
import { commandData, commandTypes, decodeCommand } from "@tollbook/contracts/commands.ts";
import type { CommandType } from "@tollbook/contracts/commands.ts";
import type { AccountId } from "@tollbook/contracts/units.ts";
import { encodeAccount } from "../snapshot/state-codec.ts";
import { called } from "../testing/refusal-worlds.ts";

/** F4, contract §3: data that do not have the documented form are answered `invalidCommand`, name the field, and change nothing. */

/** As much of a field's schema as is asked here. */
interface Field {
  safeParse(value: unknown): { readonly success: boolean };
}

const fieldsOf = (type: CommandType): [string, Field][] => Object.entries(commandData[type].shape);
const isRequired = (schema: Field): boolean => !schema.safeParse(undefined).success;

/** What fits a field whatever its form: the first that the schema takes. */
const samples: readonly unknown[] = [
  "a",
  "1",
  "DE",
  "USD",
  "MCA",
  "2026-03-02T08:00:00Z",
  "2030-01",
  "+4930901820",
  "4242",
  "a".repeat(64),
  "{}",
  true,
  1,
  null,
  {},
  { user: "u1" },
  ["u1"],
  ["+4930901820"],
];
const options = (schema: Field): readonly unknown[] =>
  "options" in schema && Array.isArray(schema.options) ? (schema.options as unknown[]) : samples;

function sampleFor(type: CommandType, field: string, schema: Field): unknown {
  const sample = options(schema).find((value) => schema.safeParse(value).success);
  if (sample === undefined) throw new Error(`no sample for ${field} of ${type}`);
  return sample;
}

function requiredData(type: CommandType): Record<string, unknown> {
  const required = fieldsOf(type).filter(([, schema]) => isRequired(schema));
  return Object.fromEntries(required.map(([field, schema]) => [field, sampleFor(type, field, schema)]));
}

/** Every way in which a command of the type can be malformed in one field. */
const malformed = commandTypes.flatMap((type): [CommandType, string, string, unknown][] => {
  const data = requiredData(type);
  const without = (field: string): unknown => Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));
  return [
    ...Object.keys(data).map((field): [CommandType, string, string, unknown] => [type, "without", field, without(field)]),
    // No field has this form.
    ...fieldsOf(type).map(([field]): [CommandType, string, string, unknown] => [
      type,
      "with a wrong",
      field,
      { ...data, [field]: [[-0.5]] },
    ]),
    [type, "with an unknown", "surprise", { ...data, surprise: 1 }],
  ];
});

const actor = { kind: "person", id: "admin", roles: [] };

describe("F4: malformed commands", () => {
  it("are made from data that are well-formed, for every type", () => {
    for (const type of commandTypes)
      expect(decodeCommand({ commandId: "c", type, actor, data: requiredData(type) })).toMatchObject({ ok: true });
  });

  const { fold } = called()();
  it.each(malformed)("%s %s %s is an invalidCommand that names it and changes nothing", (type, _how, field, data) => {
    const decoded = decodeCommand({ commandId: "bad", type, actor, data });
    if (decoded.ok) throw new Error("it was taken");
    expect(decoded.commandId).toBe("bad");
    expect(decoded.detail).toMatch(new RegExp(`^${field}[:.]|"${field}"`));
    const account = fold.state.accounts.get("acme");
    if (account === undefined) throw new Error("no account");
    const before = encodeAccount(account);
    const { commandId, detail } = decoded;
    const outputs = fold.apply({ kind: "badCommand", account: "acme" as AccountId, commandId, detail, reply: "inbox" });
    expect(outputs).toMatchObject([
      { kind: "accountEvent", row: { type: "command.invalid", outcome: "refused", commandId, amountMicros: 0, postings: [] } },
      { kind: "reply", body: { outcome: "refused", code: "invalidCommand", detail } },
    ]);
    expect(encodeAccount(account)).toBe(before);
  });
});
