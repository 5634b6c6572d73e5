import { formatTime, parseTime, type AccountId, type TimeUs, US_PER_SECOND } from "@tollbook/contracts/units.ts";
import type { SummaryView } from "@tollbook/contracts/views.ts";
import * as z from "zod/mini";
import { accountOf, actorOf } from "../access/principal.ts";
import { askMeter } from "../ask-meter.ts";
import { acceptedOnly, sendCommand } from "../give-command.ts";
import { ApiProblem } from "../problem.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

const rfc3339 = z.string().check(z.refine((text) => parseTime(text) !== null, "an RFC 3339 time, such as 2027-01-01T00:00:00Z"));
const LONGEST_STEP_SECONDS = 86_400;
/** A step's payments, invoices and what follows from them. */
const STEP_MS = 60_000;
/** Five years and a little; a mistyped year would go on for hours. */
const MOST_DAYS = 2_000;

/** Moves the test clock of an account, step by step, as time would: what a day brings is answered before the next begins. */
export function registerTestClock(app: App, services: Services): void {
  app.post(
    "/v1/accounts/:account/test-clock",
    {
      config: { access: { command: "clock.advance" } },
      schema: {
        operationId: "advanceTestClock",
        tags: ["Trying out"],
        summary: "Let time pass for an account with a test clock",
        description:
          "In steps of at most a day. After each the answer waits until everything is settled and payments and invoices that fell due are dealt " +
          "with. A year takes about a minute; a request that broke off is simply sent again.",
        params: AccountParams,
        body: z.strictObject({ to: rfc3339 }),
        response: {
          200: z.object({ now: z.string(), steps: z.int() }),
          ...problems("refused", "meterUnreachable", "logUnreachable", "outboxNotIdle"),
        },
      },
    },
    async (request) => {
      // Nothing is sent while a year goes by; the server's own limit for idle connections is shorter on a busy machine.
      request.raw.socket.setTimeout(0);
      const account = accountOf(request);
      const to = parseTime(request.body.to) as TimeUs;
      const actor = actorOf(request);
      let now = await timeOf(services, account);
      if (to <= now) throw new ApiProblem("invalidRequest", { detail: `to: the account's time is ${formatTime(now)} already` });
      if ((to - now) / US_PER_SECOND / LONGEST_STEP_SECONDS > MOST_DAYS)
        throw new ApiProblem("invalidRequest", { detail: `to: at most ${MOST_DAYS} days at once` });
      let steps = 0;
      for (;;) {
        const seconds = Math.min(LONGEST_STEP_SECONDS, Math.floor((to - now) / US_PER_SECOND));
        // The log's own time goes on too: the last part of a second passes by itself.
        if (seconds < 1) return { now: formatTime(now), steps };
        const id = `clock/${request.id}/${steps}`;
        const answer = acceptedOnly(await sendCommand(services.log, account, id, "clock.advance", actor, { seconds }));
        steps++;
        now = parseTime(String(answer.result?.["now"])) as TimeUs;
        const open = await services.outbox.idle.wait(account, answer.seq, STEP_MS);
        if (open !== null)
          throw new ApiProblem("outboxNotIdle", {
            detail: `The account's time is ${formatTime(now)}, and ${open}.`,
            hint: "See GET /v1/outbox, then send the same request again.",
            retryAfterSeconds: 5,
          });
      }
    },
  );
}

async function timeOf({ log }: Services, account: AccountId): Promise<TimeUs> {
  const { asOf } = (await askMeter(log, account, { view: "summary" })) as SummaryView;
  return parseTime(asOf.time) as TimeUs;
}
