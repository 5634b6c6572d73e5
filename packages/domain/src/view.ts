import type { ViewAnswer, ViewRequest } from "@tollbook/contracts/views.ts";
import type { PartitionState } from "./state.ts";

/** Answers a view request from the state; pure, at most 200 rows (architecture §4). */
export function view(_state: PartitionState, _account: string, request: ViewRequest): ViewAnswer {
  return { error: "unknownAccount", detail: request.view };
}
