import type { CommandType } from "@tollbook/contracts/commands.ts";
import type { Permission } from "./permissions.ts";

/** A route of an account. */
export interface AccountAccess {
  /** Any of these. */
  readonly account: readonly [Permission, ...Permission[]];
  /**
   * Also for those who hold it for one billing account or profile only: the route itself shows them no more than that
   * (`heldOf(request).inProfile`). Without it such a role does not open the route.
   */
  readonly scoped?: true;
  /**
   * Members of the query that make totals an answer about single people: `user`, or `groupBy=user` for one value. They need
   * `readPerUserUsage` as well (or `readCost`, on routes that are about costs).
   */
  readonly perUser?: readonly string[];
}

/** A route that gives a command: its permission is the command's (`command-permissions.ts`). */
export interface CommandAccess {
  /** `any`: the body names the type. */
  readonly command: CommandType | "any";
}

/**
 * Who may call a route; every route of the API names it, or the server does not start. `ingest`: a key or person who may send
 * events for any account.
 */
export type Access = "public" | "signedIn" | "operator" | "ingest" | AccountAccess | CommandAccess;

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Answers an emergency also when nobody can be recognised, because the directory is not there. */
    emergencyAlways?: boolean;
  }
}
