/** Writes docs/errors.md: every code an outsider can meet, from packages/contracts/src/codes.ts. `npm run docs`. */
import { writeFileSync } from "node:fs";
import { denyReasons, eventOutcomes, problemCodes, refusalCodes, rejectReasons } from "@tollbook/contracts/codes.ts";

export function errorsPage(): string {
  const rows = (entries: readonly (readonly string[])[]): string => entries.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `# Codes

Generated from \`packages/contracts/src/codes.ts\`. A code never changes its meaning; new ones may be added.

## Problems of the HTTP API

RFC 9457 documents; \`type\` is \`/problems/<code>\`, and each carries the request id.

| code | status | meaning |
| --- | --- | --- |
${rows(Object.entries(problemCodes).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]))}

## Why a command was refused

A refusal changes nothing.

| code | meaning |
| --- | --- |
${rows(Object.entries(refusalCodes).map(([code, meaning]) => [`\`${code}\``, meaning]))}

## Why a call was denied, or is unfunded

In the order of the checks; the last funding check that failed is the reason.

${denyReasons.map((reason) => `\`${reason}\``).join(" → ")}

## What became of an event

${eventOutcomes.map((outcome) => `\`${outcome}\``).join(", ")}: per account and hour these add up to the events accepted.

| reason | of a dead-lettered, quarantined or refused event |
| --- | --- |
${rows(Object.entries(rejectReasons).map(([reason, meaning]) => [`\`${reason}\``, meaning]))}
`;
}

if (import.meta.main) writeFileSync(new URL("../../docs/errors.md", import.meta.url), errorsPage());
