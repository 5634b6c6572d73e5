import { noticeTypes, type NoticeAudience, type NoticeType } from "@tollbook/contracts/notices.ts";
import { formatTime } from "@tollbook/contracts/units.ts";
import { listNotices, type NoticeRow } from "@tollbook/warehouse/queries/notices.ts";
import * as z from "zod/mini";
import type { Permission } from "../access/permissions.ts";
import { accountOf, heldOf, principalOf } from "../access/principal.ts";
import { languages, type Language } from "../directory/entries.ts";
import { ApiProblem, notFound } from "../problem.ts";
import { bindingOf, decodePlace, encodePlace, limitOf, pageQuery } from "../reports/page-cursor.ts";
import { AccountParams, afterSeq, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";
import { renderNotice } from "./render-notice.ts";

const Notice = z.object({
  seq: z.string(),
  /** In the account's own time. */
  at: z.string(),
  notice: z.string(),
  key: z.string(),
  /** The notice's members, as `contracts/notices.ts` lists them. */
  data: z.record(z.string(), z.string()),
  /** As a mail says it, in the reader's language. */
  subject: z.string(),
  text: z.string(),
});
const language = z.enum(languages);

/** Who reads a notice in the product: those who may read what it is about, and whom it names. */
const permissionFor: Readonly<Record<NoticeAudience, Permission | null>> = {
  credits: "readBilling",
  billing: "readBilling",
  invoices: "readInvoices",
  usage: "readUsage",
  named: null,
  operators: "readAudit",
};
const allNotices = Object.keys(noticeTypes) as NoticeType[];

export function registerNotices(app: App, { directory, reports }: Services): void {
  app.get(
    "/v1/accounts/:account/notices",
    {
      config: { access: { account: ["readUsage", "readBilling", "readInvoices", "ownSubscriptions"] } },
      schema: {
        operationId: "listNotices",
        tags: ["Notices"],
        summary: "What people of the account were told, newest first",
        description: "Of each kind only what the reader's roles let him see, and what names him.",
        params: AccountParams,
        querystring: z.strictObject({ ...pageQuery, language: z.optional(language), after: afterSeq }),
        response: {
          200: z.object({ notices: z.array(Notice), next: z.nullable(z.string()) }),
          ...problems("reportsUnreachable"),
        },
      },
    },
    async (request) => {
      const account = accountOf(request);
      const held = heldOf(request);
      const principal = principalOf(request);
      const me = principal.kind === "person" ? principal.person : null;
      const visible = allNotices.filter((notice) => {
        const needed = permissionFor[noticeTypes[notice].to];
        return needed !== null && held.everywhere(needed);
      });
      const entry = directory.account(account);
      const inLanguage = request.query.language ?? me?.language ?? entry?.language ?? "en";
      const binding = bindingOf("notices", account);
      const place = decodePlace(request.query.cursor, binding, [0]);
      await reports.settle(account, request.query.after);
      const { rows, next } = await reports.read(
        account,
        async (client, scope) =>
          await listNotices(client, scope, {
            notices: visible,
            me: me?.email ?? "",
            before: place === null ? null : Number(place[0]),
            limit: limitOf(request.query.limit),
          }),
      );
      const organisation = entry?.name ?? account;
      return {
        notices: rows.map((row) => noticeFromRow(row, inLanguage, organisation)),
        next: next === null ? null : encodePlace([next], binding),
      };
    },
  );

  app.put(
    "/v1/accounts/:account/notices/language",
    {
      config: { access: { account: ["manageSettings"] } },
      schema: {
        operationId: "setNoticeLanguage",
        tags: ["Notices"],
        summary: "The language of notices for members who have chosen none",
        params: AccountParams,
        body: z.strictObject({ language }),
        response: { 200: z.object({ language }), ...problems("logUnreachable") },
      },
    },
    async (request) => {
      const { language: wanted } = request.body;
      await directory.changeAccount(accountOf(request), (current) =>
        current === null ? undefined : { ...current, language: wanted },
      );
      request.log.info({ audit: "account.language", account: accountOf(request), language: wanted }, "a language was chosen");
      return { language: wanted };
    },
  );

  app.put(
    "/v1/session/language",
    {
      config: { access: "signedIn" },
      schema: {
        operationId: "setLanguage",
        tags: ["Sign-in"],
        summary: "In which language one's notices are written",
        body: z.strictObject({ language }),
        response: { 200: z.object({ language }), ...problems("logUnreachable") },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      if (principal.kind !== "person") throw notFound("A key reads no notices.");
      const { language: wanted } = request.body;
      const changed = await directory.changePerson(principal.person.email, (current) =>
        current === null ? undefined : { ...current, language: wanted },
      );
      if (changed === null) throw new ApiProblem("unauthenticated");
      return { language: wanted };
    },
  );
}

function noticeFromRow(
  { outSeq, at, notice, key, data }: NoticeRow,
  inLanguage: Language,
  organisation: string,
): z.infer<typeof Notice> {
  // After 13 months the row forgets what may name people.
  const members = data === "" ? {} : (JSON.parse(data) as Record<string, unknown>);
  const texts = Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const known = allNotices.find((type) => type === notice);
  const { subject, text } =
    known === undefined ? { subject: notice, text: "" } : renderNotice(known, texts, inLanguage, organisation);
  return { seq: String(outSeq), at: formatTime(at), notice, key, data: texts, subject, text };
}
