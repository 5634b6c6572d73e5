import { makeStyles, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { subscriptionsQuery } from "../../api/queries.ts";
import { Asked } from "../../parts/Asked.tsx";
import { CodeBlock } from "../../parts/CodeBlock.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { useAccount } from "../../parts/LinkTo.tsx";
import { Page } from "../../parts/Page.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { PayAsYouGoPane } from "./PayAsYouGoPane.tsx";
import { SubscriptionCard } from "./SubscriptionCard.tsx";

export function ProductsPage() {
  const { t } = useLingui();
  const styles = useStyles();
  const account = useAccount();
  const subscriptions = useQuery(subscriptionsQuery(account));
  const [switching, setSwitching] = useState<string | null>(null);
  const chosen = subscriptions.data?.subscriptions.find(({ subscription }) => subscription === switching);
  return (
    <Page title={t`Your products`} aside={<DataUntil at={subscriptions.data?.asOf.time} />}>
      <Asked query={subscriptions} lines={10}>
        {(data) =>
          data.subscriptions.length === 0 ? (
            <EmptyState title={t`No subscriptions yet`}>
              <Trans>Buy one over the API; it appears here at once:</Trans>
              <CodeBlock text={buyCommand(account, window.location.origin)} />
            </EmptyState>
          ) : (
            <ul className={styles.cards}>
              {data.subscriptions.map((subscription) => (
                <li key={subscription.subscription}>
                  <SubscriptionCard subscription={subscription} onSwitch={() => setSwitching(subscription.subscription)} />
                </li>
              ))}
            </ul>
          )
        }
      </Asked>
      {chosen === undefined ? null : (
        <PayAsYouGoPane key={chosen.subscription} account={account} subscription={chosen} onClose={() => setSwitching(null)} />
      )}
    </Page>
  );
}

function buyCommand(account: string, origin: string): string {
  return `curl ${origin}/v1/accounts/${account}/subscriptions \\
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: first-plan' \\
  -d '{ "subscription": "domestic", "product": "calling-plan-domestic", "licences": 5, "term": "P1M", "billingFrequency": "monthly" }'`;
}

const useStyles = makeStyles({
  cards: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(380px, 1fr))",
    gap: tokens.spacingHorizontalL,
    margin: 0,
    padding: 0,
    listStyleType: "none",
    "@media (max-width: 480px)": { gridTemplateColumns: "minmax(0, 1fr)" },
  },
});
