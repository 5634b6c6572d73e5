import { createFileRoute, notFound } from "@tanstack/react-router";
import { requireSession } from "../app/require-session.ts";
import { Shell } from "../shell/Shell.tsx";

export const Route = createFileRoute("/accounts/$account")({
  beforeLoad: async ({ context, location, params }) => {
    const { accounts } = await requireSession(context.queryClient, location.href);
    if (!accounts.some(({ account }) => account === params.account)) throw notFound();
  },
  component: Shell,
});
