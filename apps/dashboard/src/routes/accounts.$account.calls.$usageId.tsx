import { createFileRoute } from "@tanstack/react-router";
import { CallPage } from "../pages/call/CallPage.tsx";

export const Route = createFileRoute("/accounts/$account/calls/$usageId")({ component: CallPage });
