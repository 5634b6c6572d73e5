import type { Figure } from "./result.ts";

/** The figures as lines of text: what was measured, median, spread, CPU time, goal. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "median", "unit", "spread", "n", "CPU µs/event", "goal", ""],
    ...figures.map(({ name, unit, summary, samples, cpuMicrosPerEvent, goal, pass }) => [
      name,
      readable(summary.median),
      unit,
      samples.length > 1 ? `±${Math.round(summary.spread * 50)} %` : "",
      String(samples.length),
      cpuMicrosPerEvent === null ? "" : readable(cpuMicrosPerEvent),
      goal === null
        ? ""
        : [
            goal.atLeast === undefined ? "" : `≥ ${readable(goal.atLeast)}`,
            goal.atMost === undefined ? "" : `≤ ${readable(goal.atMost)}`,
          ].join(""),
      pass === null ? "" : pass ? "ok" : "MISSED",
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 2 || column === 7 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** 123456 as 123,456; 0.4567 as 0.457. */
function readable(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}
