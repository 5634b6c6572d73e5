import {
  Button,
  Field,
  Input,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  SearchBox,
  Select,
  tokens,
} from "@fluentui/react-components";
import { FilterRegular } from "@fluentui/react-icons/svg/filter";
import { Trans, useLingui } from "@lingui/react/macro";
import { fundingSources } from "@tollbook/contracts/answers.ts";
import { callTypes } from "@tollbook/contracts/call-event.ts";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { datePresets, DEFAULT_RANGE, type CallSearch, type DatePreset } from "../../api/call-filter.ts";
import { usersQuery } from "../../api/queries.ts";
import { formatLocales } from "../../app/locales.ts";
import { usePreferences } from "../../app/preferences.tsx";
import { callTypeWords, directionWords, fundingWords, outcomeWords } from "../../words/calls.ts";

interface Props {
  readonly search: CallSearch;
  readonly change: (part: Partial<CallSearch>) => void;
}

const outcomes = ["rated", "denied", "abandoned", "voided"] as const;
const directions = ["outbound", "inbound"] as const;
/** Long enough to type a number without asking for each digit. */
const SEARCH_DELAY_MS = 400;

export function CallFilters({ search, change, account }: Props & { account: string }) {
  const styles = useStyles();
  return (
    <div className={styles.filters} role="search">
      <RangeFilter search={search} change={change} />
      <SearchFilter search={search} change={change} />
      <Popover trapFocus withArrow positioning="below-start">
        <PopoverTrigger disableButtonEnhancement>
          <Button icon={<FilterRegular />}>
            <Trans>Filter</Trans>
          </Button>
        </PopoverTrigger>
        <PopoverSurface>
          <MoreFilters search={search} change={change} account={account} />
        </PopoverSurface>
      </Popover>
    </div>
  );
}

function RangeFilter({ search, change }: Props) {
  const { t } = useLingui();
  const styles = useStyles();
  const names: Record<DatePreset, string> = {
    today: t`Today`,
    yesterday: t`Yesterday`,
    last7: t`Last 7 days`,
    last30: t`Last 30 days`,
    thisMonth: t`This month`,
    lastMonth: t`Last month`,
    all: t`All time`,
  };
  const custom = search.range === undefined && (search.from !== undefined || search.to !== undefined);
  return (
    <>
      <Select
        aria-label={t`Time`}
        value={custom ? "custom" : (search.range ?? DEFAULT_RANGE)}
        onChange={(_event, { value }) => {
          const range = datePresets.find((known) => known === value);
          const today = new Date();
          const day = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`;
          change(range === undefined ? { range, from: day, to: day } : { range, from: undefined, to: undefined });
        }}
      >
        {datePresets.map((preset) => (
          <option key={preset} value={preset}>
            {names[preset]}
          </option>
        ))}
        <option value="custom">{t`Custom`}</option>
      </Select>
      {custom ? (
        <span className={styles.days}>
          <Input
            type="date"
            aria-label={t`First day`}
            value={search.from ?? ""}
            onChange={(_event, { value }) => change({ from: value || undefined })}
          />
          –
          <Input
            type="date"
            aria-label={t`Last day`}
            value={search.to ?? ""}
            onChange={(_event, { value }) => change({ to: value || undefined })}
          />
        </span>
      ) : null}
    </>
  );
}

function SearchFilter({ search, change }: Props) {
  const { t } = useLingui();
  const styles = useStyles();
  const given = search.search ?? "";
  const [text, setText] = useState(given);
  const [seen, setSeen] = useState(given);
  const [asked, setAsked] = useState(given);
  if (given !== seen) {
    setSeen(given);
    // The address changes by itself too (a pill taken away, the browser's back); our own change must not undo typing.
    if (given !== asked) setText(given);
  }
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === given) return;
    const timer = setTimeout(() => {
      setAsked(wanted);
      change({ search: wanted || undefined });
    }, SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [wanted, given, change]);
  return (
    <SearchBox
      className={styles.search}
      aria-label={t`Search calls`}
      placeholder={t`Number, user or destination`}
      value={text}
      onChange={(_event, { value }) => setText(value)}
    />
  );
}

function MoreFilters({ search, change, account }: Props & { account: string }) {
  const { t, i18n } = useLingui();
  const styles = useStyles();
  const countries = useCountries();
  const users = useQuery(usersQuery(account));
  const listId = useId();
  const any = <option value="">{t`Any`}</option>;
  return (
    <div className={styles.more}>
      <Field label={t`User`}>
        <Input
          list={listId}
          defaultValue={search.user ?? ""}
          placeholder={t`User id`}
          onChange={(_event, { value }) => {
            // A choice from the list is whole at once; what is typed counts when the field is left.
            if (users.data?.users.some(({ user }) => user === value) === true) change({ user: value });
          }}
          onBlur={(event) => change({ user: event.target.value.trim() || undefined })}
        />
        <datalist id={listId}>
          {users.data?.users.map(({ user, displayName }) => (
            <option key={user} value={user}>
              {displayName}
            </option>
          ))}
        </datalist>
      </Field>
      <Field label={t`Call type`}>
        <Select value={search.callType ?? ""} onChange={(_event, { value }) => change({ callType: value || undefined })}>
          {any}
          {callTypes.map((type) => (
            <option key={type} value={type}>
              {i18n._(callTypeWords[type])}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Direction`}>
        <Select
          value={search.direction ?? ""}
          onChange={(_event, { value }) => change({ direction: directions.find((known) => known === value) })}
        >
          {any}
          {directions.map((direction) => (
            <option key={direction} value={direction}>
              {i18n._(directionWords[direction])}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Country called`}>
        <Select value={search.country ?? ""} onChange={(_event, { value }) => change({ country: value || undefined })}>
          {any}
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Paid by`}>
        <Select
          value={search.funding ?? ""}
          onChange={(_event, { value }) => change({ funding: fundingSources.find((known) => known === value) })}
        >
          {any}
          {fundingSources.map((source) => (
            <option key={source} value={source}>
              {i18n._(fundingWords[source])}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t`Outcome`}>
        <Select
          value={search.outcome ?? ""}
          onChange={(_event, { value }) => change({ outcome: outcomes.find((known) => known === value) })}
        >
          {any}
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {i18n._(outcomeWords[outcome])}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

/** All regions the browser knows by name, in the reader's alphabet. */
function useCountries(): { code: string; name: string }[] {
  const { locale } = usePreferences();
  const tag = formatLocales[locale];
  const names = new Intl.DisplayNames(tag, { type: "region", fallback: "none" });
  const letters = Array.from({ length: 26 }, (_none, index) => String.fromCharCode(65 + index));
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .flatMap((code) => {
      const name = names.of(code);
      return name === undefined ? [] : [{ code, name }];
    })
    .toSorted((a, b) => a.name.localeCompare(b.name, tag));
}

const useStyles = makeStyles({
  filters: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS, alignItems: "center" },
  days: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
  search: { width: "280px" },
  more: {
    display: "grid",
    gridTemplateColumns: "repeat(2, minmax(200px, 1fr))",
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    maxWidth: "86vw",
  },
});
