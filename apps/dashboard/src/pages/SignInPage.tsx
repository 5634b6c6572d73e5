import { Button, Field, Input, makeStyles, Text, Title2, tokens } from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { signIn } from "../api/changes.ts";
import { sessionQuery } from "../api/queries.ts";
import { Logo } from "../parts/Logo.tsx";
import { ProblemView } from "../parts/ProblemView.tsx";

export function SignInPage() {
  const { t } = useLingui();
  const styles = useStyles();
  const { next } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery.queryKey, session);
      router.history.push(ownAddress(next));
    },
  });
  return (
    <main className={styles.page}>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          enter.mutate({ email, password });
        }}
      >
        <div className={styles.head}>
          <Logo size={36} />
          <div>
            <Title2 as="h1" block>
              Tollbook
            </Title2>
            <Text className={styles.quiet}>
              <Trans>What your calls cost, and why</Trans>
            </Text>
          </div>
        </div>
        <Field label={t`E-mail`}>
          <Input type="email" autoComplete="username" required value={email} onChange={(_event, { value }) => setEmail(value)} />
        </Field>
        <Field label={t`Password`}>
          <Input
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(_event, { value }) => setPassword(value)}
          />
        </Field>
        {enter.isError ? <ProblemView error={enter.error} /> : null}
        <Button type="submit" appearance="primary" disabledFocusable={enter.isPending}>
          <Trans>Sign in</Trans>
        </Button>
        <Text size={200} className={styles.quiet}>
          <Trans>The demo prints its e-mail and password when it starts.</Trans>
        </Text>
      </form>
    </main>
  );
}

/** Only addresses of this site: a link must not lead a signed-in person elsewhere. */
export function ownAddress(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : "/";
}

const useStyles = makeStyles({
  page: {
    display: "grid",
    placeItems: "center",
    height: "100%",
    overflowY: "auto",
    backgroundColor: tokens.colorNeutralBackground3,
  },
  card: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalL,
    width: "min(380px, 90vw)",
    padding: tokens.spacingHorizontalXXXL,
    boxSizing: "border-box",
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
  },
  head: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM, marginBottom: tokens.spacingVerticalS },
  quiet: { color: tokens.colorNeutralForeground2 },
});
