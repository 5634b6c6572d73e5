import { Badge, makeStyles, Text, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CallExplanation } from "@tollbook/contracts/http.ts";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { explanationQuery } from "../../api/queries.ts";
import { useFormat } from "../../app/format.ts";
import { Asked } from "../../parts/Asked.tsx";
import { Figure, Figures } from "../../parts/Figure.tsx";
import { LinkTo } from "../../parts/LinkTo.tsx";
import { Page } from "../../parts/Page.tsx";
import { Panel } from "../../parts/Panel.tsx";
import { callTypeWords, outcomeWords, reasonWords, wordsOf } from "../../words/calls.ts";
import { Postings, Segments, Versions } from "./CallTables.tsx";
import { Sentences } from "./Sentences.tsx";

/** Why this call cost what it cost. The address is a permalink. */
export function CallPage() {
  const { t } = useLingui();
  const { account, usageId } = useParams({ from: "/accounts/$account/calls/$usageId" });
  const explanation = useQuery(explanationQuery(account, usageId));
  return (
    <Page
      title={t`One call explained`}
      aside={<LinkTo to="/accounts/$account/calls" params={{ account }}>{t`All calls`}</LinkTo>}
    >
      <Asked query={explanation} lines={12}>
        {(data) => <Explanation explanation={data} />}
      </Asked>
    </Page>
  );
}

function Explanation({ explanation }: { explanation: CallExplanation }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const format = useFormat();
  const { call, log } = explanation;
  const type = wordsOf(callTypeWords, call.callType);
  const reason = call.reason === null ? null : wordsOf(reasonWords, call.reason);
  const { partition, seq, index } = log;
  const at = format.dateTime(log.time);
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Panel
          title={type === null ? call.callType : i18n._(type)}
          aside={
            <Badge appearance="tint" color={call.outcome === "denied" ? "danger" : "brand"}>
              {i18n._(outcomeWords[call.outcome])}
            </Badge>
          }
        >
          <Figures>
            <Figure
              label={t`Charge`}
              value={call.currency === "" ? "–" : format.money(call.charge, call.currency)}
              note={reason === null ? call.reason : i18n._(reason)}
            />
            <Figure label={t`Duration`} value={format.duration(call.durationSeconds)} />
            <Figure label={t`Included minutes`} value={format.number(call.poolMinutes)} />
          </Figures>
        </Panel>
        <Panel title={t`Why it cost that`}>
          <Sentences sentences={explanation.sentences} />
        </Panel>
        <Panel title={t`Who paid for which part`}>
          <Segments segments={explanation.segments} currency={call.currency} />
        </Panel>
      </div>
      <div className={styles.column}>
        <Panel title={t`The call`}>
          <dl className={styles.facts}>
            <Fact name={t`User`} value={call.userDisplayName || call.user} />
            <Fact name={t`Called from`} value={call.from} />
            <Fact name={t`Called to`} value={[call.to, call.destinationName].filter(Boolean).join(", ")} />
            <Fact name={t`Start`} value={format.dateTime(call.startAt)} />
            <Fact name={t`End`} value={call.endedAt === null ? "" : format.dateTime(call.endedAt)} />
            <Fact name={t`Country called`} value={format.country(call.destinationCountry)} />
            <Fact name={t`Capability`} value={call.capability} />
            <Fact name={t`Usage ID`} value={call.usageId} />
            <Fact name={t`Call ID`} value={call.callId} />
          </dl>
        </Panel>
        <Panel title={t`Versions`}>
          <Versions versions={explanation.versions} currency={call.currency} />
        </Panel>
        <Panel title={t`Postings`}>
          <Text size={200} className={styles.quiet}>
            <Trans>Double entries: per unit they add up to zero.</Trans>
          </Text>
          <Postings postings={explanation.postings} />
        </Panel>
        <Panel title={t`Proof`}>
          <Text size={200} className={styles.quiet}>
            <Trans>
              From the log: partition {partition}, position {seq}, event {index}, at {at}. Replaying it gives this result again.
            </Trans>
          </Text>
          <details>
            <summary className={styles.summary}>
              <Trans>Everything the price was made from (JSON)</Trans>
            </summary>
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
            <pre className={styles.proof} tabIndex={0} role="group" aria-label={t`Proof`}>
              {JSON.stringify(explanation.proof, null, 2)}
            </pre>
          </details>
        </Panel>
      </div>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  const styles = useStyles();
  if (value === "") return null;
  return (
    <div className={styles.fact}>
      <dt className={styles.quiet}>{name}</dt>
      <dd className={styles.value}>{value}</dd>
    </div>
  );
}

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 3fr) minmax(0, 2fr)",
    gap: tokens.spacingHorizontalL,
    alignItems: "start",
    "@media (max-width: 1100px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  column: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
  facts: { margin: 0, display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXS },
  fact: { display: "grid", gridTemplateColumns: "minmax(110px, 1fr) 2fr", gap: tokens.spacingHorizontalM },
  value: { margin: 0, overflowWrap: "anywhere", fontVariantNumeric: "tabular-nums" },
  summary: { cursor: "pointer", color: tokens.colorBrandForegroundLink },
  proof: {
    maxHeight: "420px",
    overflow: "auto",
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground4,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
  },
});
