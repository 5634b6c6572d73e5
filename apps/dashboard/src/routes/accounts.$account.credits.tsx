import { createFileRoute } from "@tanstack/react-router";
import { CreditsPage } from "../pages/credits/CreditsPage.tsx";

export const Route = createFileRoute("/accounts/$account/credits")({ component: CreditsPage });
