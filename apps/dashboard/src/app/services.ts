import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createRouter, type RouterHistory } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { sessionQuery } from "../api/queries.ts";
import { RouteProblem } from "../parts/ProblemView.tsx";
import { routeTree } from "../routeTree.gen.ts";

export interface AppServices {
  readonly queryClient: QueryClient;
  readonly router: ReturnType<typeof routerFor>;
}

/** One cache and one router; a test hands in its own history. */
export function createServices(history?: RouterHistory): AppServices {
  const onError = (error: unknown): void => {
    if (error instanceof ApiProblem && error.status === 401) void signInAgain(services);
  };
  const onQueryError = (error: unknown, query: { queryKey: readonly unknown[] }): void => {
    // Routes themselves lead to the sign-in when the session is what they ask for.
    if (query.queryKey[0] !== sessionQuery.queryKey[0]) onError(error);
  };
  const queryClient = new QueryClient({
    queryCache: new QueryCache({ onError: onQueryError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 2_000,
        // What was refused is refused again; what did not answer may answer.
        retry: (failures, error) => error instanceof ApiProblem && error.passing && failures < 2,
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
    },
  });
  const services: AppServices = { queryClient, router: routerFor(queryClient, history) };
  return services;
}

function routerFor(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree,
    context: { queryClient },
    // Query decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: RouteProblem,
    ...(history === undefined ? {} : { history }),
  });
}

/** The session ended elsewhere or by time: sign in, then come back to the same address. */
async function signInAgain({ queryClient, router }: AppServices): Promise<void> {
  const { pathname, href } = router.state.location;
  queryClient.removeQueries({ queryKey: sessionQuery.queryKey });
  if (pathname !== "/sign-in") await router.navigate({ to: "/sign-in", search: { next: href } });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: AppServices["router"];
  }
}
