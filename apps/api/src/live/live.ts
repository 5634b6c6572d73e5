import { liveSubject } from "@tollbook/contracts/subjects.ts";
import type { SummaryView } from "@tollbook/contracts/views.ts";
import { accountOf } from "../access/principal.ts";
import { withoutPersonalPools } from "../access/visible.ts";
import { askMeter } from "../ask-meter.ts";
import { ApiProblem } from "../problem.ts";
import { AccountParams, problems } from "../schemas.ts";
import type { App, Services } from "../services.ts";

/** One look a second is as live as people can read. */
const EVERY_MS = 1000;
/** Of one account; each costs the meter one view a second. */
const MAX_VIEWERS = 200;

export function registerLive(app: App, { log, reports, metrics }: Services): void {
  const viewers = new Map<string, number>();

  app.get(
    "/v1/accounts/:account/live",
    {
      sse: "only",
      config: { access: { account: ["readUsage"] } },
      schema: {
        operationId: "followLive",
        tags: ["Views"],
        summary: "The account live, as server-sent events",
        description:
          "Once a second: `summary` (as GET /summary) when something has changed, `live` with the meter's own message if there is one, and `fresh` " +
          "with `dataUntil` of reports and whether the meter answers. Reconnect as usual; there is nothing to catch up on.",
        params: AccountParams,
        response: { ...problems("logUnreachable") },
      },
    },
    async (request, reply) => {
      const account = accountOf(request);
      const nc = log.connection();
      const count = viewers.get(account) ?? 0;
      if (count >= MAX_VIEWERS)
        throw new ApiProblem("tooManyRequests", {
          detail: `${count} viewers of this account are connected already.`,
          retryAfterSeconds: 60,
        });
      viewers.set(account, count + 1);
      metrics.liveViewers.inc();
      let newest: string | null = null;
      const subscription = nc.subscribe(liveSubject(account), {
        callback: (error, message) => {
          if (error === null) newest = message.string();
        },
      });
      let open = true;
      reply.sse.keepAlive();
      reply.sse.onClose(() => {
        open = false;
        subscription.unsubscribe();
        viewers.set(account, (viewers.get(account) ?? 1) - 1);
        metrics.liveViewers.dec();
      });
      let seen = -1;
      while (open) {
        const summary = (await askMeter(log, account, { view: "summary" }).catch(() => null)) as SummaryView | null;
        // Closed while waiting: nobody is there to write to.
        if (!open) return;
        if (summary !== null && summary.asOf.seq !== seen) {
          seen = summary.asOf.seq;
          await reply.sse.send({ event: "summary", data: withoutPersonalPools(request, summary) });
        }
        if (newest !== null) await reply.sse.send({ event: "live", data: JSON.parse(newest) as unknown });
        newest = null;
        await reply.sse.send({ event: "fresh", data: { dataUntil: dataUntil(account), meter: summary !== null } });
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    },
  );

  function dataUntil(account: Parameters<typeof reports.dataUntil>[0]): string | null {
    try {
      return reports.dataUntil(account);
    } catch {
      return null;
    }
  }
}
