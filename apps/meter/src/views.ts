import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { partitionOf, partitionViewsSubject } from "@tollbook/contracts/subjects.ts";
import { isAccountId } from "@tollbook/contracts/units.ts";
import { viewRequest, type ViewAnswer } from "@tollbook/contracts/views.ts";
import type { DeckSource } from "@tollbook/domain/fold.ts";
import type { PartitionState } from "@tollbook/domain/state.ts";
import type { FoldRules } from "./rules.ts";

/** Answers `views.<p>.<account>` from the state, at once: real-time truth, at most 200 rows. */
export function openViews(
  nc: NatsConnection,
  {
    partition,
    partitions,
    state,
    rules,
    decks,
    onAnswer,
  }: {
    readonly partition: number;
    readonly partitions: number;
    readonly state: PartitionState;
    readonly rules: FoldRules;
    readonly decks: DeckSource;
    readonly onAnswer: (milliseconds: number) => void;
  },
): { close(): void } {
  const answer = (message: Msg): ViewAnswer => {
    const account = message.subject.split(".")[2] ?? "";
    if (!isAccountId(account) || partitionOf(account, partitions) !== partition) {
      return { error: "unknownAccount", detail: `${account} is not in partition ${partition}` };
    }
    const request = viewRequest.safeParse(jsonOf(message));
    if (!request.success) return { error: "badRequest", detail: request.error.issues[0]?.message ?? "malformed" };
    return rules.view(state, account, request.data, decks);
  };
  const subscription = nc.subscribe(partitionViewsSubject(partition), {
    callback: (error, message) => {
      // Mapping probes have no inbox; nobody waits for an answer.
      if (error !== null || message.reply === undefined || message.reply === "") return;
      const start = performance.now();
      message.respond(JSON.stringify(answer(message)));
      onAnswer(performance.now() - start);
    },
  });
  return { close: () => subscription.unsubscribe() };
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json<unknown>();
  } catch {
    return undefined;
  }
}
