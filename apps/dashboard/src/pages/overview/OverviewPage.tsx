import { makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { SummaryView } from "@tollbook/contracts/views.ts";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { summaryQuery } from "../../api/queries.ts";
import { signOf, useFormat } from "../../app/format.ts";
import { Asked } from "../../parts/Asked.tsx";
import { Figure, Figures } from "../../parts/Figure.tsx";
import { LinkTo } from "../../parts/LinkTo.tsx";
import { LiveDot } from "../../parts/LiveDot.tsx";
import { Page } from "../../parts/Page.tsx";
import { Panel } from "../../parts/Panel.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { modeWords } from "../../words/credits.ts";
import { wordsOf } from "../../words/calls.ts";
import { FirstCall } from "./FirstCall.tsx";
import { Pools } from "./Pools.tsx";
import { UsageChart } from "./UsageChart.tsx";

export function OverviewPage() {
  const { t } = useLingui();
  const { account } = useParams({ from: "/accounts/$account/" });
  const summary = useQuery(summaryQuery(account));
  return (
    <Page
      title={t`Overview`}
      aside={
        <>
          <LiveDot />
          <DataUntil at={summary.data?.asOf.time} />
        </>
      }
    >
      <Asked query={summary} lines={10}>
        {(data) => <Summary summary={data} />}
      </Asked>
    </Page>
  );
}

function Summary({ summary }: { summary: SummaryView }) {
  const { t } = useLingui();
  const styles = useStyles();
  const { account } = summary;
  const unused = summary.thisMonth.legs === 0 && summary.activeCalls === 0;
  return (
    <>
      {summary.frozen ? (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>
              <Trans>This account is frozen</Trans>
            </MessageBarTitle>
            <Trans>
              An invariant of its books was broken, so nothing more is rated. Its events wait in the log. Tell the operator.
            </Trans>
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <div className={styles.top}>
        <Now summary={summary} />
        <Month summary={summary} />
        <Balance summary={summary} />
      </div>
      {unused ? <FirstCall account={summary.account} /> : <UsageChart account={summary.account} />}
      <Panel
        title={t`Included minutes`}
        aside={<LinkTo to="/accounts/$account/products" params={{ account }}>{t`Your products`}</LinkTo>}
      >
        <Pools pools={summary.pools} account={summary.account} />
      </Panel>
    </>
  );
}

function Now({ summary: { account, activeCalls, today, currency } }: { summary: SummaryView }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <Panel
      title={t`Today`}
      aside={<LinkTo to="/accounts/$account/calls" params={{ account }} search={{ range: "today" }}>{t`Calls`}</LinkTo>}
    >
      <Figures>
        <Figure label={t`Active calls`} value={format.number(activeCalls)} />
        <Figure label={t`Calls`} value={format.number(today.legs)} note={<Denied count={today.denied} range="today" />} />
        <Figure label={t`Minutes`} value={format.minutes(today.billableSeconds)} />
        <Figure label={t`Charges`} value={format.money(today.charged, currency)} />
      </Figures>
    </Panel>
  );
}

function Month({ summary: { account, thisMonth, currency } }: { summary: SummaryView }) {
  const { t } = useLingui();
  const format = useFormat();
  const included = format.number(thisMonth.poolMinutes);
  const credits = format.money(thisMonth.credits, currency);
  const overage = format.money(thisMonth.overage, currency);
  return (
    <Panel
      title={t`This month`}
      aside={<LinkTo to="/accounts/$account/calls" params={{ account }} search={{ range: "thisMonth" }}>{t`Calls`}</LinkTo>}
    >
      <Figures>
        <Figure
          label={t`Calls`}
          value={format.number(thisMonth.legs)}
          note={<Denied count={thisMonth.denied} range="thisMonth" />}
        />
        <Figure label={t`Minutes`} value={format.minutes(thisMonth.billableSeconds)} note={<Trans>{included} included</Trans>} />
        <Figure
          label={t`Charges`}
          value={format.money(thisMonth.charged, currency)}
          note={
            <>
              <div>
                <Trans>{credits} from credits</Trans>
              </div>
              <div>
                <Trans>{overage} pay-as-you-go</Trans>
              </div>
            </>
          }
        />
      </Figures>
    </Panel>
  );
}

function Balance({ summary }: { summary: SummaryView }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const { account, balance, available, reserved, currency, creditMode } = summary;
  const mode = wordsOf(modeWords, creditMode);
  const held = format.money(reserved, currency);
  return (
    <Panel
      title={t`Communications Credits`}
      aside={<LinkTo to="/accounts/$account/credits" params={{ account }}>{t`Details`}</LinkTo>}
    >
      <Figures>
        <Figure
          label={t`Balance`}
          value={format.money(balance, currency)}
          bad={signOf(balance) < 0}
          note={mode === null ? creditMode : i18n._(mode)}
        />
        <Figure label={t`Available`} value={format.money(available, currency)} note={<Trans>{held} held by live calls</Trans>} />
      </Figures>
    </Panel>
  );
}

function Denied({ count, range }: { count: number; range: "today" | "thisMonth" }) {
  const format = useFormat();
  const denied = format.number(count);
  const { account } = useParams({ from: "/accounts/$account" });
  if (count === 0) return null;
  return (
    <LinkTo to="/accounts/$account/calls" params={{ account }} search={{ range, outcome: "denied" }}>
      <Trans>{denied} denied</Trans>
    </LinkTo>
  );
}

const useStyles = makeStyles({
  top: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1.1fr) minmax(0, 1.25fr) minmax(0, 0.95fr)",
    gap: tokens.spacingHorizontalL,
    "@media (max-width: 1180px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
});
