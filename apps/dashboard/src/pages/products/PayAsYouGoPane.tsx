import { Button, Field, makeStyles, Radio, RadioGroup, Spinner, Text, tokens } from "@fluentui/react-components";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { PayAsYouGoPreview } from "@tollbook/contracts/http.ts";
import type { SubscriptionView } from "@tollbook/contracts/views.ts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setPayAsYouGo } from "../../api/changes.ts";
import { payAsYouGoQuery, subscriptionsQuery } from "../../api/queries.ts";
import { useFormat } from "../../app/format.ts";
import { useAnnounce } from "../../parts/Announcements.tsx";
import { Asked } from "../../parts/Asked.tsx";
import { Pane } from "../../parts/Pane.tsx";
import { ProblemView } from "../../parts/ProblemView.tsx";

/** On or Off, whom it affects, and Save. The card behind shows On only when the server says so. */
export function PayAsYouGoPane({
  account,
  subscription,
  onClose,
}: {
  account: string;
  subscription: SubscriptionView;
  onClose: () => void;
}) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const { productName } = subscription;
  const preview = useQuery(payAsYouGoQuery(account, subscription.subscription));
  const [chosen, setChosen] = useState<boolean | null>(null);
  const save = useMutation({
    mutationFn: async (on: boolean) => await setPayAsYouGo(account, subscription.subscription, on),
    onSuccess: async (_result, on) => {
      // Read again what stands, rather than show what was asked for.
      await queryClient.invalidateQueries({ queryKey: subscriptionsQuery(account).queryKey });
      await queryClient.invalidateQueries({ queryKey: payAsYouGoQuery(account, subscription.subscription).queryKey });
      announce(on ? t`Pay-as-you-go is on for ${productName}.` : t`Pay-as-you-go is off for ${productName}.`);
      onClose();
    },
  });
  const current = preview.data?.state === "ON";
  const on = chosen ?? current;
  const unchanged = preview.data === undefined || on === current;
  return (
    <Pane
      open
      title={t`Pay-as-you-go`}
      onClose={onClose}
      footer={
        <>
          <Button appearance="primary" disabledFocusable={unchanged || save.isPending} onClick={() => save.mutate(on)}>
            {save.isPending ? <Spinner size="tiny" label={t`Saving …`} /> : <Trans>Save</Trans>}
          </Button>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
        </>
      }
    >
      <Text weight="semibold">{subscription.productName}</Text>
      <Asked query={preview} lines={4}>
        {(data) => (
          <>
            <Field label={t`Pay-as-you-go option`}>
              <RadioGroup
                value={on ? "on" : "off"}
                onChange={(_event, { value }) => {
                  save.reset();
                  setChosen(value === "on");
                }}
              >
                <Radio value="on" label={t`On`} />
                <Radio value="off" label={t`Off`} />
              </RadioGroup>
            </Field>
            <Effect preview={data} on={on} />
          </>
        )}
      </Asked>
      {save.isError ? <ProblemView error={save.error} /> : null}
    </Pane>
  );
}

function Effect({ preview, on }: { preview: PayAsYouGoPreview; on: boolean }) {
  const styles = useStyles();
  const format = useFormat();
  const { affectedUsers, overageThisMonth, currency } = preview;
  const overage = format.money(overageThisMonth, currency);
  return (
    <div className={styles.effect}>
      <Text block weight="semibold">
        <Plural value={affectedUsers} one="This affects # user." other="This affects # users." />
      </Text>
      <Text block>
        {on ? (
          <Trans>
            When the included minutes are used up, or a call goes where they do not reach, calls go on and are billed per minute
            at the rate deck's price. There is no upper limit but the users' spend limits.
          </Trans>
        ) : (
          <Trans>
            When the included minutes are used up, or a call goes where they do not reach, calls are refused unless Communications
            Credits pay for them.
          </Trans>
        )}
      </Text>
      <Text block>
        <Trans>Billed this way this month so far: {overage}.</Trans>
      </Text>
      <Text block size={200} className={styles.quiet}>
        <Trans>Calls that run keep the rule they began with. The change is recorded with your name.</Trans>
      </Text>
    </div>
  );
}

const useStyles = makeStyles({
  effect: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});
