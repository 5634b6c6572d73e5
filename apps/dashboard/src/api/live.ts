import { SummaryView } from "@tollbook/contracts/views.ts";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import * as z from "zod/mini";
import { summaryQuery } from "./queries.ts";

/** Whether the account's events arrive: `connecting` until the first and while the browser reconnects. */
export type LiveState = "connecting" | "live";

const Fresh = z.object({ dataUntil: z.nullable(z.string()), meter: z.boolean() });

let state: LiveState = "connecting";
const listeners = new Set<() => void>();

/** Follows the account while a page of it is open: each summary goes where `summaryQuery` reads it. */
export function useLive(account: string): void {
  const queryClient = useQueryClient();
  useEffect(() => follow(account, queryClient), [account, queryClient]);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

function follow(account: string, queryClient: QueryClient): () => void {
  const source = new EventSource(`/v1/accounts/${encodeURIComponent(account)}/live`);
  source.addEventListener("summary", (event: MessageEvent<string>) => {
    const summary = SummaryView.safeParse(JSON.parse(event.data));
    // A malformed one is left alone: the poll beside it reports the fault.
    if (summary.success) queryClient.setQueryData(summaryQuery(account).queryKey, summary.data);
  });
  source.addEventListener("fresh", (event: MessageEvent<string>) => {
    const fresh = Fresh.safeParse(JSON.parse(event.data));
    setState(fresh.success && fresh.data.meter ? "live" : "connecting");
  });
  source.addEventListener("error", () => setState("connecting"));
  return () => {
    source.close();
    setState("connecting");
  };
}

function setState(next: LiveState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}
