import type { Session } from "@tollbook/contracts/http.ts";
import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { sessionQuery } from "../api/queries.ts";

/** The session, or the way to sign in and back to `href`. */
export async function requireSession(queryClient: QueryClient, href: string): Promise<Session> {
  try {
    return await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) throw redirect({ to: "/sign-in", search: { next: href } });
    throw error;
  }
}
