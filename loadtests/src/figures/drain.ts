/** Question: how near is the pipeline to what the machine could do at best, and what do rating and state cost? */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConsumeSetting, Progress } from "../consume-only.ts";
import type { InsertSetting } from "../insert-only.ts";
import type { PassThroughSetting } from "../pass-through.ts";
import { type MeasuringProcess, startChild } from "../harness/child.ts";
import { totalCpu } from "../harness/cpu-time.ts";
import { logAccess, type Stretch } from "../harness/log.ts";
import { figure, type Figure } from "../harness/result.ts";
import { type Rate, startStopwatch } from "../harness/stopwatch.ts";
import { drainMeter, type IdleStart, measureIdleStart } from "./drain-meter.ts";
import { learnPipelineRows, type PipelineRows } from "./pipeline-rows.ts";
import { type Bench, type Prepared, preload, prepare } from "./prepared.ts";

/** The bound is that of a two-core machine, whatever machine this is. */
const CORES = 2;

/** How the calls come: one event per message, or packed. */
const lanes = ["single", "packed"] as const;
type Lane = (typeof lanes)[number];
const contestants = ["pipeline", "pass-through", "consume", "insert RowBinary", "insert Native"] as const;
type Contestant = (typeof contestants)[number];
type Samples = Record<Lane, Record<Contestant, Rate[]>>;

/**
 * Each run puts the same calls into a fresh installation, and all contestants take their turn on them, in an order that
 * rotates from run to run: what disturbs the machine for a minute disturbs all of them.
 */
export async function drainFigures(bench: Bench): Promise<Figure[]> {
  const { knobs, say } = bench;
  const folder = mkdtempSync(join(tmpdir(), "tollbook-bench-rows-"));
  try {
    say("drain: learning the rows that the pipeline writes …");
    const rows = await learnPipelineRows(bench, folder);
    const samples = emptySamples();
    for (let run = 0; run < knobs.runs; run++) {
      for (const lane of lanes) {
        say(`drain: run ${run + 1} of ${knobs.runs}, ${lane} …`);
        await measureLane(bench, lane, run, rows, samples[lane]);
      }
    }
    return figuresFrom(samples, rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLane(bench: Bench, lane: Lane, run: number, rows: PipelineRows, samples: Samples[Lane]): Promise<void> {
  const { events, packSize } = bench.knobs;
  const eventsPerMessage = lane === "single" ? 1 : packSize;
  const prepared = await prepare(bench);
  try {
    await prepared.rig.stop("meter");
    const idleStart = await measureIdleStart(prepared);
    const stretches = await preload(prepared, prepared.calls(`d${run}`), events, eventsPerMessage);
    for (const contestant of rotated(contestants, run)) {
      const rate = await measureContestant(prepared, contestant, { stretches, eventsPerMessage, events, rows, idleStart });
      samples[contestant].push(rate);
    }
  } finally {
    await prepared.close();
  }
}

interface Task {
  readonly stretches: readonly Stretch[];
  readonly eventsPerMessage: number;
  readonly events: number;
  readonly rows: PipelineRows;
  readonly idleStart: IdleStart;
}

async function measureContestant(
  prepared: Prepared,
  contestant: Contestant,
  { stretches, eventsPerMessage, events, rows, idleStart }: Task,
): Promise<Rate> {
  const { rig, clickhouse } = prepared;
  const log = logAccess(rig, "operator");
  switch (contestant) {
    case "pipeline": {
      const rate = await drainMeter(prepared, stretches, eventsPerMessage, idleStart);
      await rig.stop("meter");
      return rate;
    }
    case "pass-through": {
      await freshCopies(prepared, ["rated_calls"]);
      const { stencilFile } = rows;
      const setting: PassThroughSetting = { log, clickhouse: rig.clickhouse, stretches, table: "rated_calls_copy", stencilFile };
      const rate = await measureProcess(prepared, "pass-through", setting, events);
      const [stored] = await clickhouse.row("SELECT count() FROM rated_calls_copy");
      if (Number(stored) !== events) throw new Error(`the pass-through read ${events} calls and stored ${stored}`);
      return rate;
    }
    case "consume":
      return await measureProcess(
        prepared,
        "consume-only",
        { log, stretches, eventsPerMessage } satisfies ConsumeSetting,
        events,
      );
    case "insert RowBinary":
    case "insert Native": {
      const format = contestant === "insert Native" ? "Native" : "RowBinary";
      const blocks = rows.blocks[format];
      await freshCopies(
        prepared,
        blocks.map(({ table }) => table.replace(/_copy$/, "")),
      );
      const { eventsPerBlock } = rows;
      const rounds = Math.ceil(events / eventsPerBlock);
      const setting: InsertSetting = { clickhouse: rig.clickhouse, format, blocks, eventsPerBlock, rounds };
      return await measureProcess(prepared, "insert-only", setting, rounds * eventsPerBlock);
    }
  }
}

async function measureProcess({ rig }: Prepared, name: MeasuringProcess, setting: object, total: number): Promise<Rate> {
  const child = startChild<Progress>(name, setting);
  const stopwatch = startStopwatch(total, () => ({ ...rig.pids(), [name]: child.pid }));
  child.listen(({ done }) => (done === 0 ? stopwatch.begin(0) : stopwatch.advance(done)));
  try {
    const finished = child.next(({ done }) => done >= total);
    await finished;
    return await stopwatch.finished;
  } finally {
    await child.end();
  }
}

/** Empty tables with the same columns, order and settings. */
async function freshCopies({ clickhouse }: Prepared, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await clickhouse.query(`DROP TABLE IF EXISTS ${table}_copy SYNC`);
    await clickhouse.query(`CREATE TABLE ${table}_copy AS ${table}`);
  }
}

function figuresFrom(samples: Samples, rows: PipelineRows): Figure[] {
  const figures: Figure[] = [];
  const rateOf = (lane: Lane, contestant: Contestant): number[] => samples[lane][contestant].map(({ perSecond }) => perSecond);
  const add = (name: string, rates: readonly Rate[]): void => {
    figures.push(
      figure({
        name,
        unit: "events/s",
        samples: rates.map(({ perSecond }) => perSecond),
        cpuSeconds: rates.map(({ cpuSeconds }) => cpuSeconds),
        events: rates.map(({ events }) => events),
        reasons: rates.some(({ startUpIncluded }) => startUpIncluded) ? ["too few calls: the start of the process is in it"] : [],
      }),
    );
  };
  for (const lane of lanes) {
    add(`pipeline, drain, ${lane}`, samples[lane].pipeline);
    add(`pass-through, ${lane}`, samples[lane]["pass-through"]);
    add(`consume only, ${lane}`, samples[lane].consume);
  }
  for (const format of ["RowBinary", "Native"] as const)
    add(
      `insert only, ${format}`,
      lanes.flatMap((lane) => samples[lane][`insert ${format}`]),
    );
  for (const lane of lanes) {
    const bounds = samples[lane].pipeline.map((_, run) => bound(samples[lane], run));
    figures.push(
      figure({
        name: `bound, ${lane}`,
        unit: "events/s",
        samples: bounds,
        reasons: [`${rows.bytesPerEvent} bytes of rows per call`],
      }),
    );
    const ratios = rateOf(lane, "pipeline").map((rate, run) => rate / (bounds[run] as number));
    figures.push(figure({ name: `pipeline / bound, ${lane}`, unit: "×", samples: ratios, goal: { atLeast: 0.8 } }));
  }
  // Packed batches are held against what others do: one event per message.
  const passThrough = rateOf("single", "pass-through");
  for (const [lane, atLeast] of [
    ["single", 0.9],
    ["packed", 1.5],
  ] as const) {
    const ratios = rateOf(lane, "pipeline").map((rate, run) => rate / (passThrough[run] as number));
    figures.push(figure({ name: `pipeline, ${lane} / pass-through, single`, unit: "×", samples: ratios, goal: { atLeast } }));
  }
  return figures;
}

/**
 * What two cores could do if nothing but reading and inserting had to be done: 2 / (c_consume + c_insert), each half alone,
 * the cheaper format for inserting. Where one thread reads less than that, its rate is the bound.
 */
function bound(lane: Samples[Lane], run: number): number {
  const consume = lane.consume[run] as Rate;
  const insert = Math.min(
    ...(["insert RowBinary", "insert Native"] as const).map((name) => cpuPerEvent(lane[name][run] as Rate)),
  );
  const ideal = CORES / (cpuPerEvent(consume) + insert);
  return Number.isFinite(ideal) ? Math.min(ideal, consume.perSecond) : consume.perSecond;
}

function cpuPerEvent({ cpuSeconds, events }: Rate): number {
  return totalCpu(cpuSeconds) / events;
}

function emptySamples(): Samples {
  const lane = (): Samples[Lane] => ({
    pipeline: [],
    "pass-through": [],
    consume: [],
    "insert RowBinary": [],
    "insert Native": [],
  });
  return { single: lane(), packed: lane() };
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
