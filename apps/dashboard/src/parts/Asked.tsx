import type { ReactNode } from "react";
import { Loading } from "./Loading.tsx";
import { ProblemView } from "./ProblemView.tsx";

interface Answerable<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
}

/**
 * What a question answered: lines in grey until it does, the problem if it fails. Old data stay on screen under the problem: they
 * carry their time.
 */
export function Asked<Data>({
  query,
  lines,
  children,
}: {
  query: Answerable<Data>;
  lines?: number;
  children: (data: Data) => ReactNode;
}) {
  const retry = (): void => void query.refetch();
  return (
    <>
      {query.error === null ? null : <ProblemView error={query.error} retry={retry} />}
      {query.data === undefined ? (
        query.error === null ? (
          <Loading {...(lines === undefined ? {} : { lines })} />
        ) : null
      ) : (
        children(query.data)
      )}
    </>
  );
}
