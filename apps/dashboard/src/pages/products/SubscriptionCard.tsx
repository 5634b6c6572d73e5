import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { SubscriptionView } from "@tollbook/contracts/views.ts";
import { useFormat } from "../../app/format.ts";
import { Figure, Figures } from "../../parts/Figure.tsx";
import { Panel } from "../../parts/Panel.tsx";
import { wordsOf } from "../../words/calls.ts";
import { frequencyWords, subscriptionStateWords, tagWords, termWords, unavailableWords } from "../../words/credits.ts";

const stateColours = { Active: "success", Expired: "warning", Disabled: "danger", Deleted: "informative" } as const;

export function SubscriptionCard({ subscription, onSwitch }: { subscription: SubscriptionView; onSwitch: () => void }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const format = useFormat();
  const { assigned, licences, includedMinutes, overageThisMonth, currency, state, trial } = subscription;
  const term = wordsOf(termWords, subscription.term);
  const frequency = wordsOf(frequencyWords, subscription.billingFrequency);
  const facts = [
    subscription.country === "" ? null : format.country(subscription.country),
    term === null ? subscription.term : i18n._(term),
    frequency === null ? subscription.billingFrequency : i18n._(frequency),
  ];
  const start = format.date(subscription.startedAt);
  const renewal = subscription.renewsAt === null ? null : format.date(subscription.renewsAt);
  return (
    <Panel
      title={subscription.productName}
      className={styles.card}
      aside={
        <>
          {trial ? <Badge appearance="tint" color="important">{t`Trial`}</Badge> : null}
          <Badge appearance="tint" color={stateColours[state]}>
            {i18n._(subscriptionStateWords[state])}
          </Badge>
        </>
      }
    >
      <Text size={200} className={styles.quiet}>
        {facts.filter((fact) => fact !== null).join(" · ")}
        {" · "}
        {renewal === null ? <Trans>since {start}</Trans> : <Trans>renews on {renewal}</Trans>}
        {" · "}
        <code>{subscription.subscription}</code>
      </Text>
      {subscription.tags.length === 0 ? null : (
        <div className={styles.tags}>
          {subscription.tags.map((tag) => {
            const words = wordsOf(tagWords, tag);
            return (
              <Badge key={tag} appearance="outline" color="informative">
                {words === null ? tag : i18n._(words)}
              </Badge>
            );
          })}
        </div>
      )}
      <Figures>
        <Figure label={t`Licences assigned`} value={`${format.number(assigned)} / ${format.number(licences)}`} />
        <Figure label={t`Minutes per licence`} value={includedMinutes === null ? "–" : format.number(includedMinutes)} />
        <Figure label={t`Pay-as-you-go this month`} value={format.money(overageThisMonth, currency)} />
      </Figures>
      <PayAsYouGo subscription={subscription} onSwitch={onSwitch} />
    </Panel>
  );
}

/** The option as the server has it; where it cannot be switched, why. */
function PayAsYouGo({ subscription, onSwitch }: { subscription: SubscriptionView; onSwitch: () => void }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const { payAsYouGo, payAsYouGoReason, productName } = subscription;
  const why = payAsYouGoReason === null ? null : wordsOf(unavailableWords, payAsYouGoReason);
  const words = { ON: t`On`, OFF: t`Off`, UNAVAILABLE: t`Not available` };
  return (
    <div className={styles.option}>
      <div>
        <Text block>
          <Trans>Pay-as-you-go</Trans>{" "}
          <Badge appearance="tint" color={payAsYouGo === "ON" ? "brand" : "informative"}>
            {words[payAsYouGo]}
          </Badge>
        </Text>
        {payAsYouGoReason === null ? null : (
          <Text size={200} className={styles.quiet}>
            {why === null ? payAsYouGoReason : i18n._(why)}
          </Text>
        )}
      </div>
      {payAsYouGo === "UNAVAILABLE" ? null : (
        <Button size="small" className={styles.change} onClick={onSwitch} aria-label={t`Change pay-as-you-go of ${productName}`}>
          <Trans>Change</Trans>
        </Button>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  tags: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalXS },
  card: { height: "100%", boxSizing: "border-box" },
  quiet: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  option: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalM,
    marginTop: "auto",
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  change: { marginLeft: "auto", flexShrink: 0 },
});
