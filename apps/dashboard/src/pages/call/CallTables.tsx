import {
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
  tokens,
} from "@fluentui/react-components";
import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CallExplanation } from "@tollbook/contracts/http.ts";
import type { ReactNode } from "react";
import { useFormat } from "../../app/format.ts";
import { fundingWords, outcomeWords, wordsOf } from "../../words/calls.ts";

export function Segments({ segments, currency }: { segments: CallExplanation["segments"]; currency: string }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  if (segments.length === 0) return <Nothing />;
  return (
    <FactTable names={[t`Paid by`, t`From`, t`Minutes`, t`Seconds`, t`Amount`]}>
      {segments.map((segment, index) => (
        <TableRow key={index}>
          <TableCell>{i18n._(fundingWords[segment.source])}</TableCell>
          <TableCell>{segment.ref ?? "–"}</TableCell>
          <TableCell>{segment.minutes === 0 ? "–" : format.number(segment.minutes)}</TableCell>
          <TableCell>{format.number(segment.seconds)}</TableCell>
          <TableCell>{currency === "" ? "–" : format.money(segment.amount, currency)}</TableCell>
        </TableRow>
      ))}
    </FactTable>
  );
}

const entryWords = { original: msg`First rating`, reversal: msg`Reversal`, replacement: msg`Replacement` };

export function Versions({ versions, currency }: { versions: CallExplanation["versions"]; currency: string }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const inWords = (table: Parameters<typeof wordsOf>[0], code: string): string => {
    const words = wordsOf(table, code);
    return words === null ? code : i18n._(words);
  };
  return (
    <FactTable names={[t`Version`, t`Kind`, t`Outcome`, t`Charge`, t`Logged`]}>
      {versions.map((version, index) => (
        <TableRow key={index}>
          <TableCell>{format.number(version.version)}</TableCell>
          <TableCell>{inWords(entryWords, version.entry)}</TableCell>
          <TableCell>{inWords(outcomeWords, version.outcome)}</TableCell>
          <TableCell>{currency === "" ? "–" : format.money(version.charge, currency)}</TableCell>
          <TableCell>{format.dateTime(version.loggedAt)}</TableCell>
        </TableRow>
      ))}
    </FactTable>
  );
}

export function Postings({ postings }: { postings: CallExplanation["postings"] }) {
  const { t } = useLingui();
  const format = useFormat();
  if (postings.length === 0) return <Nothing />;
  return (
    <FactTable names={[t`Ledger`, t`Amount`]}>
      {postings.map(({ ledger, unit, amount }, index) => (
        <TableRow key={index}>
          <TableCell>{ledger}</TableCell>
          <TableCell>{unit === "MIN" ? t`${format.decimal(amount)} min` : format.money(amount, unit)}</TableCell>
        </TableRow>
      ))}
    </FactTable>
  );
}

function FactTable({ names, children }: { names: readonly string[]; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.scroll}>
      <Table size="small" className={styles.table}>
        <TableHeader>
          <TableRow>
            {names.map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>{children}</TableBody>
      </Table>
    </div>
  );
}

function Nothing() {
  const styles = useStyles();
  return (
    <Text className={styles.quiet}>
      <Trans>None.</Trans>
    </Text>
  );
}

const useStyles = makeStyles({
  scroll: { overflowX: "auto" },
  // Dates and ledgers need more room than figures.
  table: { tableLayout: "auto", fontVariantNumeric: "tabular-nums", overflowWrap: "break-word" },
  quiet: { color: tokens.colorNeutralForeground2 },
});
