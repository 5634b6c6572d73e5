import {
  Body1,
  Button,
  Caption1,
  makeStyles,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  tokens,
} from "@fluentui/react-components";
import { ArrowClockwiseRegular } from "@fluentui/react-icons/svg/arrow-clockwise";
import { Trans, useLingui } from "@lingui/react/macro";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { ApiProblem } from "../api/api-problem.ts";
import { problemWords } from "../words/problems.ts";

/** Any failure: what, why, what to do, the request's id, and another try where that can help. */
export function ProblemView({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const styles = useStyles();
  const problem = asProblem(error);
  const title = useProblemTitle(problem);
  return (
    <MessageBar intent={problem.passing ? "warning" : "error"} layout="multiline" className={styles.bar} role="alert">
      <MessageBarBody className={styles.body}>
        <MessageBarTitle>{title}</MessageBarTitle>
        {problem.detail === null ? null : <Body1 block>{problem.detail}</Body1>}
        {problem.hint === null ? null : <Body1 block>{problem.hint}</Body1>}
        {problem.requestId === null ? null : (
          <Caption1 block className={styles.id}>
            <Trans>
              Request id <code>{problem.requestId}</code>
            </Trans>
          </Caption1>
        )}
      </MessageBarBody>
      {retry === undefined ? null : (
        <MessageBarActions>
          <Button size="small" icon={<ArrowClockwiseRegular />} onClick={retry}>
            <Trans>Try again</Trans>
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}

/** The same for a whole route that failed to load or to draw. */
export function RouteProblem({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return <ProblemView error={error} retry={retry} />;
}

function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem({ status: 0, code: "unexpectedAnswer", title: "", detail });
}

function useProblemTitle(problem: ApiProblem): string {
  const { i18n } = useLingui();
  const words = problemWords(problem.code);
  return words === null ? problem.title : i18n._(words);
}

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  body: { paddingBlock: tokens.spacingVerticalXS },
  id: { color: tokens.colorNeutralForeground2, marginTop: tokens.spacingVerticalXXS, overflowWrap: "anywhere" },
});
