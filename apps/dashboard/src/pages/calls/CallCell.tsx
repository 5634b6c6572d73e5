import { Badge } from "@fluentui/react-components";
import { useLingui } from "@lingui/react/macro";
import type { CallListItem } from "@tollbook/contracts/http.ts";
import { useFormat } from "../../app/format.ts";
import { LinkTo, useAccount } from "../../parts/LinkTo.tsx";
import {
  callTypeWords,
  contextWords,
  fundingWords,
  numberTypeWords,
  outcomeWords,
  reasonWords,
  wordsOf,
} from "../../words/calls.ts";
import type { ColumnId } from "./columns.ts";

const outcomeColours = { rated: "success", denied: "danger", abandoned: "informative", voided: "warning" } as const;

export function CallCell({ column, call }: { column: ColumnId; call: CallListItem }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const account = useAccount();
  const inWords = (table: Parameters<typeof wordsOf>[0], code: string): string => {
    const words = wordsOf(table, code);
    return words === null ? code : i18n._(words);
  };
  switch (column) {
    case "startAt":
      return (
        <LinkTo to="/accounts/$account/calls/$usageId" params={{ account, usageId: call.usageId }} preload={false}>
          {format.dateTime(call.startAt)}
        </LinkTo>
      );
    case "user":
      return <Clipped text={call.userDisplayName || call.user || "–"} />;
    case "number":
      return (call.direction === "outbound" ? call.to : call.from) || "–";
    case "from":
      return call.from || "–";
    case "callType":
      return <Clipped text={inWords(callTypeWords, call.callType)} />;
    case "destination": {
      const country = call.destinationCountry === "" ? "" : format.country(call.destinationCountry);
      return (
        <Clipped
          text={call.destinationName || country || "–"}
          title={[call.destinationName, country].filter(Boolean).join(", ")}
        />
      );
    }
    case "durationSeconds":
      return format.duration(call.durationSeconds);
    case "charge":
      return call.currency === "" ? "–" : format.money(call.charge, call.currency);
    case "connectFee":
      return call.currency === "" ? "–" : format.money(call.connectFee, call.currency);
    case "funding":
      return <Clipped text={call.funding.map((source) => i18n._(fundingWords[source])).join(", ") || "–"} />;
    case "outcome":
      return (
        <Badge
          appearance="tint"
          color={outcomeColours[call.outcome]}
          title={call.reason === null ? undefined : inWords(reasonWords, call.reason)}
        >
          {i18n._(outcomeWords[call.outcome])}
        </Badge>
      );
    case "context":
      return inWords(contextWords, call.destinationContext) || "–";
    case "poolMinutes":
      return format.number(call.poolMinutes);
    case "numberType":
      return inWords(numberTypeWords, call.numberType) || "–";
    case "capability":
      return call.capability || "–";
    case "callId":
      return <Clipped text={call.callId || "–"} />;
    case "version":
      return format.number(call.version);
  }
}

/** Cut off where the column ends; the whole text on pointing. */
function Clipped({ text, title = text }: { text: string; title?: string }) {
  return <span title={title}>{text}</span>;
}
