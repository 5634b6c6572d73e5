import type { RateRow } from "./types.ts";

export type HoleKind = "outbound" | "inbound" | "tollFree";

/** A plan country that lacks a price, so that a call there would be free (FREECALL, RT-7). */
export interface DeckHole {
  readonly country: string;
  readonly missing: readonly HoleKind[];
}

/** Plan countries without an outbound, an inbound or a toll-free price in all `rows` together (D16), in order of their code. */
export function findHoles(rows: Iterable<RateRow>, planCountries: Iterable<string>): DeckHole[] {
  const priced: Record<HoleKind, Set<string>> = { outbound: new Set(), inbound: new Set(), tollFree: new Set() };
  for (const row of rows) priced[kindOf(row)].add(row.country);
  const kinds = ["outbound", "inbound", "tollFree"] as const;
  return [...planCountries]
    .sort()
    .map((country) => ({ country, missing: kinds.filter((kind) => !priced[kind].has(country)) }))
    .filter((hole) => hole.missing.length > 0);
}

function kindOf(row: RateRow): HoleKind {
  if (row.direction === "outbound") return "outbound";
  return row.numberClass === "tollFree" ? "tollFree" : "inbound";
}
