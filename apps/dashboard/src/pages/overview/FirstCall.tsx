import { Trans, useLingui } from "@lingui/react/macro";
import { CodeBlock } from "../../parts/CodeBlock.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { Panel } from "../../parts/Panel.tsx";

/** No call yet this month: what to send to see one here. */
export function FirstCall({ account }: { account: string }) {
  const { t } = useLingui();
  return (
    <Panel title={t`Usage`}>
      <EmptyState title={t`No calls this month yet`}>
        <Trans>
          Send a finished call and it appears here within seconds. Take a key with the ingest scope, and the id of one of your
          users as <code>user</code>:
        </Trans>
        <CodeBlock text={firstCallCommand(account, window.location.origin)} />
      </EmptyState>
    </Panel>
  );
}

function firstCallCommand(account: string, origin: string): string {
  return `curl ${origin}/v1/accounts/${account}/events \\
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/cloudevents+json' -d "{
  \\"specversion\\": \\"1.0\\", \\"id\\": \\"call-1:ended\\", \\"source\\": \\"/my/switch\\", \\"type\\": \\"telephony.call.ended.v1\\",
  \\"data\\": { \\"usageId\\": \\"call-1\\", \\"callType\\": \\"user_out\\", \\"direction\\": \\"outbound\\",
    \\"user\\": \\"ada\\", \\"from\\": \\"+4930901820\\", \\"to\\": \\"+33140205050\\",
    \\"answeredAt\\": \\"$(date -u -d '-250 seconds' +%FT%TZ)\\", \\"endedAt\\": \\"$(date -u +%FT%TZ)\\" } }"`;
}
