import { createFileRoute, redirect } from "@tanstack/react-router";
import { requireSession } from "../app/require-session.ts";
import { NoAccountPage } from "../pages/NoAccountPage.tsx";

export const Route = createFileRoute("/")({
  beforeLoad: async ({ context, location }) => {
    const { accounts } = await requireSession(context.queryClient, location.href);
    const [first] = accounts;
    if (first !== undefined) throw redirect({ to: "/accounts/$account", params: { account: first.account } });
  },
  component: NoAccountPage,
});
