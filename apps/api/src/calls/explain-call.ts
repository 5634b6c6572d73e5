import type { CallExplanation, CallListItem, Sentence } from "@tollbook/contracts/http.ts";
import { formatMicros, formatTime, micros } from "@tollbook/contracts/units.ts";
import type { CallRow } from "@tollbook/domain/fold.ts";
import type { CallProof } from "@tollbook/domain/leg/proof.ts";
import { explainProof, type ProofSentence } from "@tollbook/tariffs/quote.ts";
import { englishSentence } from "@tollbook/tariffs/quote-english.ts";
import type { People } from "../reports/people.ts";
import { callFromRow } from "./call-view.ts";
import { sentence } from "./sentences.ts";

/** Why a call cost what it cost: from the stored row and its proof alone, so that it says the same in a year. */
export function explainCall(rows: readonly CallRow[], reader: People): CallExplanation {
  const row = standingRow(rows);
  const call = callFromRow({ ...row, segmentSources: row.segments.map(({ source }) => source) }, reader);
  const proof = row.proof === "" ? null : (JSON.parse(row.proof) as CallProof);
  return withoutNames(reader, row.user, {
    call,
    sentences: [
      ...whatHappened(row, call, proof, reader),
      ...whatCounted(row, proof),
      ...whoPaid(row, proof),
      ...whatItCost(row, rows),
    ],
    segments: row.segments.map(({ amountMicros, ...segment }) => ({ ...segment, amount: formatMicros(amountMicros) })),
    postings: row.postings.map(({ ledger, unit, amount }) => ({
      ledger,
      unit,
      amount: unit === "MIN" ? String(amount) : formatMicros(micros(amount)),
    })),
    versions: rows.map(({ version, entry, outcome, amountMicros, logTime }) => ({
      version,
      entry,
      outcome,
      charge: formatMicros(amountMicros),
      loggedAt: formatTime(logTime),
    })),
    proof,
    log: { partition: reader.partition, seq: row.logSeq, index: row.logIndex, time: formatTime(row.logTime) },
  });
}

/** A pool of a single user (CP-8) is called after him: where people have pseudonyms, after that. */
function withoutNames(people: People, user: string, explanation: CallExplanation): CallExplanation {
  const shown = people.person(user);
  if (!people.pseudonymised || shown === null) return explanation;
  const name = JSON.stringify(`/${user}`).slice(1, -1);
  return JSON.parse(JSON.stringify(explanation).replaceAll(name, `/${shown.id}`)) as CallExplanation;
}

/** Rows come in order of out_seq: the newest that is no mere reversal stands, unless a void has taken it back. */
function standingRow(rows: readonly CallRow[]): CallRow {
  const row = rows.findLast(({ entry }) => entry !== "reversal");
  if (row === undefined) throw new Error("a leg without rows cannot be explained");
  if (rows.at(-1)?.outcome !== "voided") return row;
  return {
    ...row,
    outcome: "voided",
    amountMicros: micros(0),
    connectFeeMicros: micros(0),
    poolMinutes: 0,
    segments: [],
    postings: [],
  };
}

function whatHappened(row: CallRow, call: CallListItem, proof: CallProof | null, people: People): Sentence[] {
  const booked = people.person(row.user || row.organizer || row.resourceAccount);
  const who = booked?.displayName ?? "an unassigned number";
  const values = {
    callType: row.callType,
    user: who,
    from: call.from || "an unknown number",
    to: call.to,
    startAt: call.startAt,
  };
  const sentences = [sentence(row.direction === "outbound" ? "outgoingCall" : "incomingCall", values)];
  if (row.destinationName !== "" && row.direction === "outbound")
    sentences.push(
      sentence("destination", {
        destination: row.destinationName,
        country: row.destinationCountry || "–",
        usageLocation: row.usageLocation || "–",
        context: row.destinationContext || "–",
      }),
    );
  if (row.outcome === "denied") return [...sentences, sentence("denied", { reason: row.reason ?? "unknown" })];
  if (row.outcome === "abandoned") return [...sentences, sentence("notAnswered")];
  const connectedSeconds = Math.ceil(row.usedMs / 1000);
  sentences.push(
    sentence("connected", { connectedSeconds: secondsText(row.usedMs), billableSeconds: String(row.billableSeconds) }),
  );
  if (proof !== null && proof.grantedSeconds === row.billableSeconds && connectedSeconds > row.billableSeconds)
    sentences.push(sentence("billedAsGrant", { grantedSeconds: String(proof.grantedSeconds) }));
  return sentences;
}

/** Milliseconds as seconds, exact: 250125 is "250.125". */
function secondsText(ms: number): string {
  const fraction = String(ms % 1000)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${Math.floor(ms / 1000)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Plan, policy and switch as they stood at the leg's start (D2). */
function whatCounted(row: CallRow, proof: CallProof | null): Sentence[] {
  if (proof === null || row.outcome === "abandoned" || proof.freeBecause !== null) return [];
  const { plan, product, subscription, agreement } = proof;
  const option = { ON: "payAsYouGoOn", OFF: "payAsYouGoOff", UNAVAILABLE: "payAsYouGoUnavailable" } as const;
  return [
    plan === null ? sentence("noPlan") : sentence("plan", { plan, product: product ?? plan, subscription: subscription ?? "–" }),
    ...(row.direction === "outbound" ? [sentence("policy", { policy: proof.policy })] : []),
    sentence(option[proof.payAsYouGo], { agreement }),
    ...(proof.mayUseCredits ? [] : [sentence("noCreditsLicense")]),
  ];
}

function whoPaid(row: CallRow, proof: CallProof | null): Sentence[] {
  if (row.outcome !== "rated") return [];
  const sentences: Sentence[] = [];
  const pools = row.segments.filter(({ source }) => source === "POOL");
  for (const { minutes, ref } of pools) sentences.push(sentence("pool", { minutes: String(minutes), pool: ref ?? "–" }));
  if (pools.length > 0 && row.segments.length === pools.length) sentences.push(sentence("includedWholly"));
  if (proof?.rate !== null && proof?.rate !== undefined)
    sentences.push(
      ...explainProof(proof.rate)
        .filter(({ key }) => key !== "total")
        .map(rateSentence),
    );
  for (const { source, ref, amountMicros, seconds } of row.segments) {
    const money = { amount: formatMicros(amountMicros), currency: row.currency };
    if (source === "CREDITS")
      sentences.push(
        ref === null || ref === "debt" ? sentence("creditsDebt", money) : sentence("credits", { ...money, lot: ref }),
      );
    if (source === "OVERAGE") sentences.push(sentence("overage", { ...money, subscription: ref ?? "–" }));
    if (source === "UNFUNDED")
      sentences.push(sentence("unfunded", { seconds: String(seconds), reason: row.reason ?? "unknown" }));
    if (source === "FREECALL") sentences.push(sentence("freeCall"));
    if (source === "FREE" && proof !== null && proof.freeBecause !== null) sentences.push(sentence(`free.${proof.freeBecause}`));
  }
  return sentences;
}

/** Figures in micro-units become decimal amounts under the name without its unit. */
function rateSentence(proofSentence: ProofSentence): Sentence {
  const values = Object.entries(proofSentence.values).map(([name, value]: [string, unknown]) =>
    name.endsWith("Micros") ? [name.slice(0, -"Micros".length), formatMicros(micros(Number(value)))] : [name, String(value)],
  );
  return {
    key: `rate.${proofSentence.key}`,
    values: Object.fromEntries(values) as Record<string, string>,
    text: englishSentence(proofSentence),
  };
}

function whatItCost(row: CallRow, rows: readonly CallRow[]): Sentence[] {
  const sentences =
    row.outcome === "denied" || row.outcome === "abandoned"
      ? []
      : [
          row.amountMicros === 0
            ? sentence("totalNothing")
            : sentence("total", { amount: formatMicros(row.amountMicros), currency: row.currency }),
        ];
  if (row.outcome === "voided") sentences.push(sentence("voided"));
  else if (rows.length > 1) sentences.push(sentence("corrected", { version: String(row.version) }));
  return sentences;
}
