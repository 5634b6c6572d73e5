import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../parts/EmptyState.tsx";

export function NotFoundPage() {
  const { t } = useLingui();
  return (
    <EmptyState title={t`There is no such page`}>
      <Trans>
        The address may be mistyped, or your sign-in is not for that account. <Link to="/">Go to your first account</Link>.
      </Trans>
    </EmptyState>
  );
}
