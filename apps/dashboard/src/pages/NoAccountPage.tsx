import { Trans, useLingui } from "@lingui/react/macro";
import { CodeBlock } from "../parts/CodeBlock.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";

export function NoAccountPage() {
  const { t } = useLingui();
  return (
    <EmptyState title={t`There is no account yet`}>
      <Trans>Set up a first organisation on the machine that runs Tollbook, then reload this page:</Trans>
      <CodeBlock text="./tollbook quickstart acme" />
    </EmptyState>
  );
}
