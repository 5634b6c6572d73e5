import { Button, Field, Input, Spinner, Switch, Text } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CreditsView } from "@tollbook/contracts/views.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { setAutoRecharge } from "../../api/changes.ts";
import { creditsQuery } from "../../api/queries.ts";
import { useFormat } from "../../app/format.ts";
import { useAnnounce } from "../../parts/Announcements.tsx";
import { Pane } from "../../parts/Pane.tsx";
import { ProblemView } from "../../parts/ProblemView.tsx";
import { LARGEST_TOP_UP, SMALLEST_TOP_UP, wholeAmount, wholePart } from "./whole-amount.ts";

const SMALLEST_TRIGGER = 0;

export function AutoRechargePane({ account, credits, onClose }: { account: string; credits: CreditsView; onClose: () => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const { autoRecharge, currency } = credits;
  const [on, setOn] = useState(autoRecharge.on);
  const [triggerText, setTrigger] = useState(wholePart(autoRecharge.trigger));
  const [rechargeText, setRecharge] = useState(wholePart(autoRecharge.recharge));
  const save = useMutation({
    mutationFn: async () =>
      await setAutoRecharge(account, on && trigger !== null && recharge !== null ? { on, trigger, recharge } : { on: false }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: creditsQuery(account).queryKey });
      announce(on ? t`Auto-recharge is on.` : t`Auto-recharge is off.`);
      onClose();
    },
  });
  const trigger = wholeAmount(triggerText, SMALLEST_TRIGGER);
  const recharge = wholeAmount(rechargeText);
  const valid = !on || (trigger !== null && recharge !== null);
  const least = format.number(SMALLEST_TOP_UP);
  const most = format.number(LARGEST_TOP_UP);
  return (
    <Pane
      open
      title={t`Auto-recharge`}
      onClose={onClose}
      footer={
        <>
          <Button
            appearance="primary"
            disabledFocusable={!valid || save.isPending}
            onClick={() => (valid ? save.mutate() : undefined)}
          >
            {save.isPending ? <Spinner size="tiny" label={t`Saving …`} /> : <Trans>Save</Trans>}
          </Button>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
        </>
      }
    >
      <Switch label={t`Buy credits automatically`} checked={on} onChange={(_event, { checked }) => setOn(checked)} />
      {on ? (
        <>
          <Field
            label={t`When the balance falls below`}
            validationState={trigger === null ? "error" : "none"}
            validationMessage={trigger === null ? t`A whole number from 0 to ${most}` : null}
          >
            <Input
              inputMode="numeric"
              value={triggerText}
              contentAfter={currency}
              onChange={(_event, { value }) => setTrigger(value)}
            />
          </Field>
          <Field
            label={t`Buy`}
            validationState={recharge === null ? "error" : "none"}
            validationMessage={recharge === null ? t`A whole number from ${least} to ${most}` : null}
          >
            <Input
              inputMode="numeric"
              value={rechargeText}
              contentAfter={currency}
              onChange={(_event, { value }) => setRecharge(value)}
            />
          </Field>
        </>
      ) : null}
      <Text>
        <Trans>After repeated failure of the payment it is suspended, and you are told.</Trans>
      </Text>
      {save.isError ? <ProblemView error={save.error} /> : null}
    </Pane>
  );
}
