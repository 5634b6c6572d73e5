import { createFileRoute } from "@tanstack/react-router";
import * as z from "zod/mini";
import { chartRanges } from "../pages/overview/chart-range.ts";
import { OverviewPage } from "../pages/overview/OverviewPage.tsx";

export const Route = createFileRoute("/accounts/$account/")({
  validateSearch: z.object({ range: z.catch(z.optional(z.enum(chartRanges)), undefined) }),
  component: OverviewPage,
});
