import { CallExplanation, CallList, Ledger, PayAsYouGoPreview, Session, UsageSeries } from "@tollbook/contracts/http.ts";
import { CreditsView, SubscriptionsView, SummaryView, UsersView } from "@tollbook/contracts/views.ts";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { CallFilter, CallSort } from "./call-filter.ts";
import { read, rememberCsrfToken } from "./request.ts";

/** Every question the pages ask, with its key: the only place that knows the addresses of reads. */

const at = (account: string) => `/v1/accounts/${encodeURIComponent(account)}`;

/** Views of the meter are answered from memory; reports are read from ClickHouse. */
const VIEW_MS = 3_000;
const REPORT_MS = 5_000;
const PAGE_SIZE = 100;

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    const session = await read("/v1/session", Session, { signal });
    rememberCsrfToken(session.csrfToken);
    return session;
  },
  staleTime: 5 * 60_000,
  retry: false,
});

export const summaryQuery = (account: string) =>
  queryOptions({
    queryKey: [account, "summary"],
    queryFn: async ({ signal }) => await read(`${at(account)}/summary`, SummaryView, { signal }),
    refetchInterval: VIEW_MS,
  });

export const creditsQuery = (account: string) =>
  queryOptions({
    queryKey: [account, "credits"],
    queryFn: async ({ signal }) => await read(`${at(account)}/credits`, CreditsView, { signal }),
    refetchInterval: VIEW_MS,
  });

export const subscriptionsQuery = (account: string) =>
  queryOptions({
    queryKey: [account, "subscriptions"],
    queryFn: async ({ signal }) => await read(`${at(account)}/subscriptions`, SubscriptionsView, { signal }),
    refetchInterval: 4 * VIEW_MS,
  });

export const payAsYouGoQuery = (account: string, subscription: string) =>
  queryOptions({
    queryKey: [account, "payAsYouGo", subscription],
    queryFn: async ({ signal }) =>
      await read(`${at(account)}/subscriptions/${encodeURIComponent(subscription)}/pay-as-you-go`, PayAsYouGoPreview, { signal }),
    staleTime: 0,
  });

export const usersQuery = (account: string) =>
  queryOptions({
    queryKey: [account, "users"],
    queryFn: async ({ signal }) => await read(`${at(account)}/users`, UsersView, { signal, query: { limit: 200 } }),
    staleTime: 60_000,
  });

export const usageSeriesQuery = (account: string, range: { from: string; to?: string; bucket: "hour" | "day" }) =>
  queryOptions({
    queryKey: [account, "usageSeries", range],
    queryFn: async ({ signal }) => await read(`${at(account)}/usage-series`, UsageSeries, { signal, query: range }),
    refetchInterval: 2 * REPORT_MS,
    placeholderData: (before) => before,
  });

export const callsQuery = (account: string, filter: CallFilter, sort: CallSort, live: boolean) =>
  infiniteQueryOptions({
    queryKey: [account, "calls", filter, sort],
    queryFn: async ({ pageParam, signal }) =>
      await read(`${at(account)}/calls`, CallList, { signal, query: { ...filter, sort, cursor: pageParam, limit: PAGE_SIZE } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // Every page read would be read again: live only while the newest calls are what is looked at.
    refetchInterval: ({ state }) => (live && state.data?.pages.length === 1 ? REPORT_MS : false),
    placeholderData: (before) => before,
  });

/** The same filter as a file; the browser downloads it with the session's cookie. */
export function callsCsvAddress(account: string, filter: CallFilter, query: string): string {
  const params = new URLSearchParams(Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined));
  for (const [name, value] of new URLSearchParams(query)) params.set(name, value);
  return `${at(account)}/calls.csv?${params.toString()}`;
}

export const explanationQuery = (account: string, usageId: string) =>
  queryOptions({
    queryKey: [account, "explanation", usageId],
    queryFn: async ({ signal }) =>
      await read(`${at(account)}/calls/${encodeURIComponent(usageId)}/explanation`, CallExplanation, { signal }),
  });

export const ledgerQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: [account, "ledger"],
    queryFn: async ({ pageParam, signal }) =>
      await read(`${at(account)}/credits/ledger`, Ledger, { signal, query: { cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? REPORT_MS : false),
  });
