import { micros, seconds, timeUs, type Currency, type E164 } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import type { CallProof } from "@tollbook/domain/leg/proof.ts";
import { exampleCall } from "@tollbook/warehouse/testing/example-call.ts";
import { describe, expect, it } from "vitest";
import { peopleFrom } from "../reports/people.ts";
import { explainCall } from "./explain-call.ts";

const ada = { id: "ada", displayName: "Ada", userPrincipalName: "ada@acme.test", number: "" };
const facts = { partition: 3, clockOffsetUs: 0, country: "DE", hiddenDigits: 3, users: new Map([["ada", ada]]), key: "secret" };
const reader = peopleFrom({ ...facts, pseudonymised: false });
const proof: CallProof = {
  rate: {
    deckId: "sha256:1",
    deckName: "sample",
    line: 17,
    prefix: "331",
    originPrefix: "",
    destination: "France",
    country: "FR",
    type: "geographic",
    numberClass: "geographic",
    direction: "outbound",
    currency: "EUR" as Currency,
    firstIncrementSeconds: 60,
    nextIncrementSeconds: 60,
    connectFeeMicros: 10_000,
    minChargeMicros: null,
    maxChargeMicros: null,
    timeZone: "UTC",
    bandMode: "split",
    usedSeconds: 251,
    includedSeconds: 120,
    parts: [{ band: "", line: 17, fromSecond: 120, seconds: 180, pricePerMinuteMicros: 16_000 }],
    chargedSeconds: 180,
    bound: null,
  },
  plan: "MCOPSTN2",
  product: "international",
  subscription: "plan-1",
  policy: "DialoutCPCandPSTNInternational",
  agreement: "MOSA",
  payAsYouGo: "OFF",
  mayUseCredits: true,
  autoRecharge: false,
  pool: "DE/MCOPSTN2/international",
  destinationCountry: "FR",
  billedSeconds: 300,
  poolSeconds: 120,
  chargedSeconds: 180,
  restSeconds: 0,
  rest: null,
  freeBecause: null,
  grantedSeconds: null,
};
const row = (differences: Partial<CallRow>, proofDifferences: Partial<CallProof> = {}): CallRow =>
  exampleCall({ proof: JSON.stringify({ ...proof, ...proofDifferences }), ...differences });
const texts = (rows: CallRow[]): string[] => explainCall(rows, reader).sentences.map(({ text }) => text);
const nothing = { amountMicros: micros(0), poolMinutes: 0, chargedSeconds: seconds(0) };

describe("an explanation", () => {
  it("says what was called, what counted, what each source paid, and the total, from the row and its proof", () => {
    expect(
      texts([
        row({
          amountMicros: micros(58_000),
          connectFeeMicros: micros(10_000),
          segments: [
            { source: "POOL", ref: "DE/MCOPSTN2/international", minutes: 2, seconds: seconds(120), amountMicros: micros(0) },
            { source: "CREDITS", ref: "lot-1", minutes: 0, seconds: seconds(0), amountMicros: micros(50_000) },
            { source: "OVERAGE", ref: "plan-1", minutes: 0, seconds: seconds(0), amountMicros: micros(8_000) },
          ],
        }),
      ]),
    ).toEqual([
      "Outgoing call (user_out) by Ada from +4930901820 to +33140205***, started 2026-11-22T09:00:00.000000Z.",
      "The destination is France (FR); from the usage location DE that is International.",
      "It was connected for 250.125 s, which is 251 billable seconds (each second begun counts).",
      "At its start the plan international (MCOPSTN2) of the subscription plan-1 counted.",
      "The dial-out policy in force was DialoutCPCandPSTNInternational.",
      "The pay-as-you-go option stood off (agreement MOSA).",
      "2 included minutes were taken from the pool DE/MCOPSTN2/international.",
      "Rate deck sample, line 17: prefix 331, France (FR, geographic).",
      "251 s connected, billed in steps of 60 s first and 60 s next: 300 s.",
      "Included minutes pay for the first 120 s; 180 s are charged.",
      "180 s from second 120 at 0.016 EUR per minute.",
      "Connect fee 0.01 EUR.",
      "0.05 EUR were drawn from the credit lot lot-1.",
      "0.008 EUR are overage on the subscription plan-1.",
      "Charge: 0.058 EUR.",
    ]);
  });

  it("gives every sentence a key and texts as values, money as decimal amounts, for translation", () => {
    const { sentences } = explainCall([row({})], reader);
    expect(sentences.find(({ key }) => key === "rate.connectFee")?.values).toEqual({ connectFee: "0.01", currency: "EUR" });
    for (const { key, values } of sentences) {
      expect(key).toMatch(/^[a-zA-Z.]+$/);
      for (const value of Object.values(values)) expect(typeof value).toBe("string");
    }
  });

  it("never shows a number that is hidden in the list (domain §8.4)", () => {
    expect(JSON.stringify(explainCall([row({})], reader))).not.toContain("33140205050");
    const inbound = row({ direction: "inbound", fromE164: "4915112345678" as E164, toE164: "4930901820" as E164 });
    expect(JSON.stringify(explainCall([inbound], reader))).not.toContain("4915112345678");
  });

  it.each([
    [
      { outcome: "denied", reason: "creditsExhausted", ...nothing, segments: [] },
      "It was refused and not connected. The reason: creditsExhausted.",
    ],
    [{ outcome: "abandoned", ...nothing, segments: [] }, "It was not answered, so nothing is charged."],
  ] as const)("says the reason when nothing was charged: %o", (differences, last) => {
    expect(texts([row(differences)])).toContain(last);
  });

  it.each([
    ["FREE", "emergency", "Emergency calls are free."],
    ["FREE", "inbound", "Incoming calls to a user's number are free."],
    ["FREECALL", null, "No price is listed for this destination, so the call is free (FREECALL)."],
  ] as const)("says why a call is free: %s %s", (source, freeBecause, text) => {
    const segments = [{ source, ref: null, minutes: 0, seconds: seconds(251), amountMicros: micros(0) }];
    const said = texts([row({ ...nothing, segments }, { rate: null, freeBecause })]);
    expect(said).toContain(text);
    expect(said.at(-1)).toBe("Nothing is charged.");
  });

  it("says what could not be funded, and why", () => {
    const segments = [{ source: "UNFUNDED" as const, ref: null, minutes: 0, seconds: seconds(60), amountMicros: micros(0) }];
    expect(texts([row({ ...nothing, reason: "payAsYouGoOff", segments }, { rate: null })])).toContain(
      "60 s could not be funded (payAsYouGoOff) and are not charged.",
    );
  });

  it("says that a leg was billed as its grant when we had cut it", () => {
    expect(texts([row({ usedMs: 253_000, billableSeconds: seconds(251) }, { grantedSeconds: 251 })])).toContain(
      "We had cut it at its grant of 251 s, so it is billed as that.",
    );
  });

  it("explains the newest version and lists all of them, with reversals", () => {
    const rows = [
      row({ outSeq: 1 }),
      row({ outSeq: 2, entry: "reversal", refersTo: 1, version: 2, amountMicros: micros(-48_000) }),
      row({
        outSeq: 3,
        entry: "replacement",
        refersTo: 1,
        version: 2,
        amountMicros: micros(96_000),
        logTime: timeUs(1_795_338_999_000_000),
      }),
    ];
    const explanation = explainCall(rows, reader);
    expect(explanation.call.charge).toBe("0.096");
    expect(explanation.sentences.at(-1)?.text).toBe("This is version 2: an earlier one was reversed in full.");
    expect(explanation.versions.map(({ entry, charge }) => [entry, charge])).toEqual([
      ["original", "0.048"],
      ["reversal", "-0.048"],
      ["replacement", "0.096"],
    ]);
    expect(explanation.log).toMatchObject({ partition: 3, seq: 1, time: "2026-11-22T09:16:39.000000Z" });
  });

  it("says that a voided call was taken back, and that nothing is charged", () => {
    const rows = [
      row({ outSeq: 1 }),
      row({ outSeq: 2, entry: "reversal", refersTo: 1, outcome: "voided", amountMicros: micros(-48_000) }),
    ];
    const explanation = explainCall(rows, reader);
    expect(explanation.call).toMatchObject({ outcome: "voided", charge: "0.00", durationSeconds: 251 });
    expect(explanation.sentences.slice(-2).map(({ key }) => key)).toEqual(["totalNothing", "voided"]);
  });
});

it("§10: where people have pseudonyms, the explanation names nobody and shows no number of theirs", () => {
  const hiding = peopleFrom({ ...facts, pseudonymised: true });
  const own = { segments: [{ ...row({}).segments[0], ref: "MCOPSTN8/DE/domestic/ada" }] as CallRow["segments"] };
  const text = JSON.stringify(explainCall([row(own, { pool: "MCOPSTN8/DE/domestic/ada" })], hiding));
  expect(text).not.toMatch(/\bada\b|Ada|4930901820/);
  expect(text).toContain(`"userDisplayName":"${hiding.person("ada")?.id}"`);
});
