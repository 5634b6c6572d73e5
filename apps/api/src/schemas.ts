import { problemCodes, type ProblemCode } from "@tollbook/contracts/codes.ts";
import { Problem } from "@tollbook/contracts/http.ts";
import { isAccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { PROBLEM_TYPE } from "./problem.ts";

/** Parts of route schemas that many routes share. */

export const accountName = z.string().check(z.refine(isAccountId, "1 to 63 of a-z, 0-9 and -"));
export const AccountParams = z.object({ account: accountName });

/** Every route of an account may answer these. */
const always = ["invalidRequest", "unauthenticated", "forbidden", "notFound", "tooManyRequests", "internal"] as const;

/** Some problems carry further members, such as `onUnreachable`. */
export const ProblemBody = z.looseObject(Problem.shape);

/** The problems a route answers, one response per status. */
export function problems(...more: readonly ProblemCode[]): Record<number, unknown> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...always, ...more]) {
    const { status } = problemCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problemCodes[code].title}`).join(". "),
        content: { [PROBLEM_TYPE]: { schema: ProblemBody } },
      },
    ]),
  );
}

/** Wait until the position of a command's answer has had its effect. */
export const afterSeq = z.optional(z.string().check(z.regex(/^\d{1,15}$/, "the seq of a command's answer")));
