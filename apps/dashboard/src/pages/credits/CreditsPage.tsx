import { Button, makeStyles, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CreditsView } from "@tollbook/contracts/views.ts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { creditsQuery } from "../../api/queries.ts";
import { signOf, useFormat } from "../../app/format.ts";
import { Asked } from "../../parts/Asked.tsx";
import { Figure, Figures } from "../../parts/Figure.tsx";
import { useAccount } from "../../parts/LinkTo.tsx";
import { Page } from "../../parts/Page.tsx";
import { Panel } from "../../parts/Panel.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { modeExplained, modeWords, rechargeStatusWords } from "../../words/credits.ts";
import { problemWords } from "../../words/problems.ts";
import { AutoRechargePane } from "./AutoRechargePane.tsx";
import { LedgerTable } from "./LedgerTable.tsx";
import { Lots } from "./Lots.tsx";
import { TopUpPane } from "./TopUpPane.tsx";

export function CreditsPage() {
  const { t } = useLingui();
  const account = useAccount();
  const credits = useQuery(creditsQuery(account));
  return (
    <Page title={t`Communications Credits`} aside={<DataUntil at={credits.data?.asOf.time} />}>
      <Asked query={credits} lines={10}>
        {(data) => <Credits account={account} credits={data} />}
      </Asked>
      <Panel title={t`Ledger`}>
        <LedgerTable account={account} />
      </Panel>
    </Page>
  );
}

type OpenPane = "topUp" | "autoRecharge" | null;

function Credits({ account, credits }: { account: string; credits: CreditsView }) {
  const { t } = useLingui();
  const styles = useStyles();
  const [pane, setPane] = useState<OpenPane>(null);
  const close = (): void => setPane(null);
  return (
    <>
      <div className={styles.columns}>
        <Balance credits={credits} onTopUp={() => setPane("topUp")} />
        <AutoRecharge credits={credits} onChange={() => setPane("autoRecharge")} />
      </div>
      <Panel title={t`Lots, in the order of use`}>
        <Lots lots={credits.lots} currency={credits.currency} />
      </Panel>
      {pane === "topUp" ? <TopUpPane account={account} currency={credits.currency} onClose={close} /> : null}
      {pane === "autoRecharge" ? <AutoRechargePane account={account} credits={credits} onClose={close} /> : null}
    </>
  );
}

function Balance({ credits, onTopUp }: { credits: CreditsView; onTopUp: () => void }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const format = useFormat();
  const { currency, canBuy, cannotBuyReason, mode, state } = credits;
  const money = (amount: string): string => format.money(amount, currency);
  const reason = cannotBuyReason === null ? null : problemWords(cannotBuyReason);
  return (
    <Panel
      title={t`Balance`}
      aside={
        <Button appearance="primary" disabledFocusable={!canBuy} onClick={onTopUp}>
          <Trans>Top up</Trans>
        </Button>
      }
    >
      <Figures>
        <Figure label={t`Balance`} value={money(credits.balance)} bad={signOf(credits.balance) < 0} />
        <Figure label={t`Held by live calls`} value={money(credits.reserved)} />
        <Figure label={t`Available`} value={money(credits.available)} />
        <Figure label={t`Expiring within 30 days`} value={money(credits.expiringSoon)} />
        <Figure label={t`Spent this month`} value={money(credits.spentThisMonth)} />
      </Figures>
      {mode === "PREPAID" && (state === "LOW" || state === "ZERO") ? (
        <MessageBar intent={state === "ZERO" ? "error" : "warning"}>
          <MessageBarBody>
            {state === "ZERO" ? (
              <Trans>The balance is used up. Calls that need it are refused until you top up.</Trans>
            ) : (
              <Trans>The balance is running low. Top up, or switch auto-recharge on.</Trans>
            )}
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <Text>
        <Text weight="semibold">{i18n._(modeWords[mode])}.</Text> {i18n._(modeExplained[mode])}
      </Text>
      {canBuy ? null : (
        <Text className={styles.quiet}>
          {reason === null ? <Trans>Credits cannot be bought at the moment.</Trans> : i18n._(reason)}
        </Text>
      )}
    </Panel>
  );
}

function AutoRecharge({ credits, onChange }: { credits: CreditsView; onChange: () => void }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const { autoRecharge, currency, canBuy } = credits;
  const trigger = format.money(autoRecharge.trigger, currency);
  const recharge = format.money(autoRecharge.recharge, currency);
  return (
    <Panel
      title={t`Auto-recharge`}
      aside={
        <Button disabledFocusable={!canBuy} onClick={onChange}>
          <Trans>Change</Trans>
        </Button>
      }
    >
      <Text weight="semibold">{autoRecharge.on ? t`On` : t`Off`}</Text>
      {autoRecharge.on ? (
        <>
          <Text>
            <Trans>
              When the balance falls below {trigger}, {recharge} are bought.
            </Trans>
          </Text>
          <Text>{i18n._(rechargeStatusWords[autoRecharge.status])}</Text>
        </>
      ) : canBuy ? (
        <Text>
          <Trans>At zero, calls that need credits are refused. With auto-recharge a purchase is made before that.</Trans>
        </Text>
      ) : (
        <Text>
          <Trans>Credits cannot be bought, so there is nothing to recharge.</Trans>
        </Text>
      )}
    </Panel>
  );
}

const useStyles = makeStyles({
  columns: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 2.4fr) minmax(0, 1fr)",
    gap: tokens.spacingHorizontalL,
    "@media (max-width: 1100px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});
