import { Button, Field, Input, Spinner, Text } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { topUpCredits } from "../../api/changes.ts";
import { creditsQuery, ledgerQuery, summaryQuery } from "../../api/queries.ts";
import { useFormat } from "../../app/format.ts";
import { useAnnounce } from "../../parts/Announcements.tsx";
import { Pane } from "../../parts/Pane.tsx";
import { ProblemView } from "../../parts/ProblemView.tsx";
import { LARGEST_TOP_UP, SMALLEST_TOP_UP, wholeAmount } from "./whole-amount.ts";

/**
 * Buys credits. One purchase has one Idempotency-Key, over every try of it: an answer that got lost must not buy twice. Another
 * amount is another purchase.
 */
export function TopUpPane({ account, currency, onClose }: { account: string; currency: string; onClose: () => void }) {
  const { t } = useLingui();
  const format = useFormat();
  const queryClient = useQueryClient();
  const announce = useAnnounce();
  const [text, setText] = useState("");
  const purchase = useRef<{ amount: string; key: string }>(null);
  const buy = useMutation({
    mutationFn: async (amount: string) => {
      if (purchase.current?.amount !== amount) purchase.current = { amount, key: crypto.randomUUID() };
      return await topUpCredits(account, { amount }, purchase.current.key);
    },
    onSuccess: async ({ result }, amount) => {
      purchase.current = null;
      for (const { queryKey } of [creditsQuery(account), summaryQuery(account), ledgerQuery(account)])
        await queryClient.invalidateQueries({ queryKey });
      const bought = format.money(amount, currency);
      // With a card on file the credits are there once it has been charged, and not before.
      if (result?.["status"] === "PENDING") announce(t`${bought} ordered. The credits are added once the card has been charged.`);
      else announce(t`${bought} bought.`);
      onClose();
    },
  });
  const amount = wholeAmount(text);
  const shown = amount === null ? "" : format.money(amount, currency);
  const least = format.number(SMALLEST_TOP_UP);
  const most = format.number(LARGEST_TOP_UP);
  const invalid = text !== "" && amount === null;
  return (
    <Pane
      open
      title={t`Top up`}
      onClose={onClose}
      footer={
        <>
          <Button
            appearance="primary"
            disabledFocusable={amount === null || buy.isPending}
            onClick={() => (amount === null ? undefined : buy.mutate(amount))}
          >
            {buy.isPending ? (
              <Spinner size="tiny" label={t`Buying …`} />
            ) : buy.isError ? (
              <Trans>Try again</Trans>
            ) : amount === null ? (
              <Trans>Buy</Trans>
            ) : (
              <Trans>Buy {shown}</Trans>
            )}
          </Button>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
        </>
      }
    >
      <Field
        label={t`Amount in whole ${currency}`}
        validationState={invalid ? "error" : "none"}
        validationMessage={invalid ? t`A whole number from ${least} to ${most}` : null}
        hint={t`From ${least} to ${most}`}
      >
        <Input inputMode="numeric" value={text} onChange={(_event, { value }) => setText(value)} contentAfter={currency} />
      </Field>
      <Text>
        <Trans>
          The amount is available for calls at once and valid for 12 months. What is left then expires; it is not paid back.
        </Trans>
      </Text>
      {buy.isError ? (
        <>
          <ProblemView error={buy.error} />
          <Text size={200}>
            <Trans>Trying again repeats this same purchase: it is made once, even if the first try went through.</Trans>
          </Text>
        </>
      ) : null}
    </Pane>
  );
}
