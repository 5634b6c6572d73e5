import { createFileRoute } from "@tanstack/react-router";
import { CallSearch } from "../api/call-filter.ts";
import { CallsPage } from "../pages/calls/CallsPage.tsx";

export const Route = createFileRoute("/accounts/$account/calls/")({
  validateSearch: CallSearch,
  component: CallsPage,
});
