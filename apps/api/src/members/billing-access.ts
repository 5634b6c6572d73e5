import { refusalCodes } from "@tollbook/contracts/codes.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { recordChange } from "../directory/record-change.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { lastOwnerOf } from "./membership.ts";

const BillingAccess = z.strictObject({ ofAdmins: z.boolean() });

/** PG-1: the billing-account access that Global and Billing admins have by themselves can be taken away, and given back. */
export function registerBillingAccess(app: App, { directory, log }: Services): void {
  app.get(
    "/v1/accounts/:account/billing-access",
    {
      config: { access: { account: ["readMembers"] } },
      schema: {
        operationId: "getBillingAccess",
        tags: ["Members"],
        summary: "Do Global and Billing administrators have billing-account access by themselves",
        params: AccountParams,
        response: { 200: BillingAccess, ...problems() },
      },
    },
    async (request) => ({ ofAdmins: directory.account(accountOf(request))?.adminsLackBilling !== true }),
  );

  app.put(
    "/v1/accounts/:account/billing-access",
    {
      config: { access: { account: ["grantBillingRoles"] } },
      schema: {
        operationId: "setBillingAccess",
        tags: ["Members"],
        summary: "Take the administrators' billing-account access away, or give it back",
        params: AccountParams,
        body: BillingAccess,
        response: { 200: z.extend(BillingAccess, { seq: z.int() }), ...problems("refused", "logUnreachable") },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const { ofAdmins } = request.body;
      if (!ofAdmins && lastOwnerOf(["billingAccountOwner"], "", account, directory.membersOf(account)) !== null)
        throw new ApiProblem("refused", {
          code: "lastOwner",
          title: refusalCodes.lastOwner,
          detail: "No member is a billing account owner, so nobody could give access again.",
        });
      const named = (on: boolean): string[] => (on ? ["globalAdmin", "billingAdmin"] : []);
      const before = named(directory.account(account)?.adminsLackBilling !== true);
      const seq = await recordChange(log, account, actorOf(request), {
        what: "billingAccess",
        subject: account,
        before,
        after: named(ofAdmins),
      });
      const changed = await directory.changeAccount(account, (current) =>
        current === null ? undefined : { ...current, adminsLackBilling: !ofAdmins },
      );
      if (changed === null) throw notFound();
      return { ofAdmins, seq };
    },
  );
}
