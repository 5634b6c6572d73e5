import { makeStyles, tokens } from "@fluentui/react-components";
import { useLingui } from "@lingui/react/macro";
import type { Sentence } from "@tollbook/contracts/http.ts";
import { useFormat, type Format } from "../../app/format.ts";
import { callTypeWords, contextWords, reasonWords, wordsOf } from "../../words/calls.ts";
import { kindOfValue, sentenceKey, sentenceWords } from "../../words/sentences.ts";

/** The explanation in the reader's language; a sentence that is newer than this page stands in English as the API wrote it. */
export function Sentences({ sentences }: { sentences: readonly Sentence[] }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const styles = useStyles();
  const inWords = (table: Parameters<typeof wordsOf>[0], code: string): string => {
    const words = wordsOf(table, code);
    return words === null ? code : i18n._(words);
  };
  return (
    <ol className={styles.sentences}>
      {sentences.map(({ key, values, text }, index) => {
        const words = wordsOf(sentenceWords, sentenceKey(key, values));
        const shown = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [
            name,
            valueText(name, value, values["currency"] ?? "", format, inWords),
          ]),
        );
        return <li key={`${index}/${key}`}>{words === null ? text : i18n._({ ...words, values: shown })}</li>;
      })}
    </ol>
  );
}

function valueText(
  name: string,
  value: string,
  currency: string,
  format: Format,
  inWords: (table: Parameters<typeof wordsOf>[0], code: string) => string,
): string | number {
  switch (kindOfValue(name)) {
    case "count":
      return Number(value);
    case "money":
      return format.money(value, currency);
    case "number":
      return format.decimal(value);
    case "time":
      return format.dateTime(value);
    case "country":
      return format.country(value);
    case "callType":
      return inWords(callTypeWords, value);
    case "reason":
      return inWords(reasonWords, value);
    case "context":
      return inWords(contextWords, value);
    case "text":
      return value;
  }
}

const useStyles = makeStyles({
  sentences: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalSNudge,
    margin: 0,
    paddingLeft: tokens.spacingHorizontalXXL,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: "anywhere",
    "& li::marker": { color: tokens.colorNeutralForeground3 },
  },
});
