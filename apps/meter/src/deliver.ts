import type { Output } from "@tollbook/domain/fold.ts";
import type { Batcher } from "./encode.ts";
import type { LoggedMessage } from "./intake.ts";
import type { LateLane } from "./late-lane.ts";
import type { Publisher } from "./publish.ts";

/** Each output at its moment (architecture §4): rows to the batch, decisions at once, notices once they are settled. */
export interface DeliverOptions {
  readonly partition: number;
  readonly epoch: number;
  /** What the owner before has told already: folded again up to here, outputs change nothing but the state. */
  readonly toldUpTo: number;
  readonly batcher: Batcher;
  readonly publisher: Publisher;
  readonly lateLane: LateLane;
  /** True: no room for rows; see `overflow.ts`. */
  readonly dropsRows: () => boolean;
}

/** Who asked so long ago waits no longer (contract: 300 ms). */
const STALE_REPLY_MS = 10_000;

export function createDelivery(options: DeliverOptions): (output: Output, logged: LoggedMessage) => void {
  const { partition, epoch, batcher, publisher, lateLane } = options;
  let noticeSeq = 0;
  let noticesOfMessage = 0;
  const noticeId = (seq: number): string => {
    noticesOfMessage = seq === noticeSeq ? noticesOfMessage + 1 : 0;
    noticeSeq = seq;
    return `${partition}-${epoch}-${seq}-${noticesOfMessage}`;
  };
  return (output, logged) => {
    const told = logged.seq <= options.toldUpTo;
    switch (output.kind) {
      case "call":
      case "accountEvent":
        if (!told) publisher.touched(output.row.account, logged.seq, logged.time);
        if (!options.dropsRows()) batcher.add(output);
        return;
      case "deadLetter":
        if (!options.dropsRows()) batcher.add(output);
        return;
      case "reply":
        if (!told && Date.now() - logged.time / 1000 < STALE_REPLY_MS) publisher.reply(output);
        return;
      case "control":
        if (!told) publisher.control(output);
        return;
      case "payment":
        if (!told) publisher.payment(output, logged.seq);
        return;
      case "notice":
      case "invoiceClosed":
        // Without its rows it comes when they do.
        if (!told && !options.dropsRows()) batcher.afterSettling({ id: noticeId(logged.seq), seq: logged.seq, output });
        return;
      case "lookUp":
        lateLane.ask(output);
        return;
    }
  };
}
