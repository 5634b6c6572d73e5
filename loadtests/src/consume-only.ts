/** Control: reads the preloaded messages and does nothing with them. Half of the bound that the pipeline is held against. */
import { readSetting, report, untilReleased } from "./harness/child.ts";
import { connectLog, type LogAccess, readStretches, type Stretch } from "./harness/log.ts";

export interface ConsumeSetting {
  readonly log: LogAccess;
  readonly stretches: readonly Stretch[];
  readonly eventsPerMessage: number;
}

export interface Progress {
  /** 0: the work begins now. */
  readonly done: number;
}

/** In messages. */
const REPORT_EVERY = 1_000;

const { log, stretches, eventsPerMessage } = readSetting<ConsumeSetting>();
const nc = await connectLog(log);
const reportEvery = Math.max(1, Math.floor(REPORT_EVERY / eventsPerMessage));
let messages = 0;
let bytes = 0;
report({ done: 0 } satisfies Progress);
await readStretches(nc, stretches, (payload) => {
  bytes += payload.byteLength;
  if (++messages % reportEvery === 0) report({ done: messages * eventsPerMessage } satisfies Progress);
});
report({ done: messages * eventsPerMessage, bytes } satisfies Progress & { bytes: number });
await untilReleased();
await nc.close();
