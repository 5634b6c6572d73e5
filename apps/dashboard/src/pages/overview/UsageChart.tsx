import {
  makeStyles,
  Spinner,
  Tab,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  TabList,
  Text,
  tokens,
} from "@fluentui/react-components";
import { Trans, useLingui } from "@lingui/react/macro";
import type { UsageSeries } from "@tollbook/contracts/http.ts";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { usageSeriesQuery } from "../../api/queries.ts";
import { useFormat } from "../../app/format.ts";
import { useNow } from "../../app/now.ts";
import { Asked } from "../../parts/Asked.tsx";
import { Panel } from "../../parts/Panel.tsx";
import { DataUntil } from "../../parts/Stamp.tsx";
import { chartRanges, DEFAULT_CHART_RANGE, seriesFor, withEmptyBuckets } from "./chart-range.ts";

/** The chart library is the largest part of all: only loaded when there is something to draw. */
const SeriesChart = lazy(async () => ({ default: (await import("./SeriesChart.tsx")).SeriesChart }));

export function UsageChart({ account }: { account: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { range = DEFAULT_CHART_RANGE } = useSearch({ from: "/accounts/$account/" });
  const [view, setView] = useState<"chart" | "table">("chart");
  const now = useNow();
  const asked = seriesFor(range, now);
  const series = useQuery(usageSeriesQuery(account, asked));
  const names = { "24h": t`24 hours`, "7d": t`7 days`, "30d": t`30 days` };
  return (
    <Panel
      title={t`Calls and charges`}
      aside={
        <>
          <DataUntil at={series.data?.dataUntil} />
          <TabList
            size="small"
            aria-label={t`Time`}
            selectedValue={range}
            onTabSelect={(_event, { value }) => {
              const chosen = chartRanges.find((known) => known === value);
              void navigate({ to: ".", search: (search) => ({ ...search, range: chosen }), replace: true });
            }}
          >
            {chartRanges.map((choice) => (
              <Tab key={choice} value={choice}>
                {names[choice]}
              </Tab>
            ))}
          </TabList>
          <TabList
            size="small"
            aria-label={t`View`}
            selectedValue={view}
            onTabSelect={(_event, { value }) => setView(value === "table" ? "table" : "chart")}
          >
            <Tab value="chart">{t`Chart`}</Tab>
            <Tab value="table">{t`Table`}</Tab>
          </TabList>
        </>
      }
    >
      <Asked query={series} lines={6}>
        {(data) =>
          data.points.length === 0 ? (
            <NoUsage />
          ) : view === "table" ? (
            <SeriesTable series={withEmptyBuckets(data, asked.from, now)} />
          ) : (
            <Suspense fallback={<Spinner />}>
              <SeriesChart series={withEmptyBuckets(data, asked.from, now)} />
            </Suspense>
          )
        }
      </Asked>
    </Panel>
  );
}

function NoUsage() {
  const styles = useStyles();
  return (
    <Text className={styles.none}>
      <Trans>No calls were settled in this time. Choose a longer one.</Trans>
    </Text>
  );
}

/** The chart's figures, to the last digit. */
function SeriesTable({ series }: { series: UsageSeries }) {
  const { t } = useLingui();
  const format = useFormat();
  const styles = useStyles();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t`Calls and charges as a table`}>
      <Table size="small">
        <TableHeader>
          <TableRow>
            {[
              series.bucket === "day" ? t`Day (UTC)` : t`Time`,
              t`Calls`,
              t`Denied`,
              t`Minutes`,
              t`Included minutes`,
              t`Charges`,
            ].map((name) => (
              <TableHeaderCell key={name}>{name}</TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody className={styles.figures}>
          {series.points.toReversed().map((point) => (
            <TableRow key={point.time}>
              <TableCell>{format.bucket(point.time, series.bucket)}</TableCell>
              <TableCell>{format.number(point.calls)}</TableCell>
              <TableCell>{format.number(point.denied)}</TableCell>
              <TableCell>{format.minutes(point.billableSeconds)}</TableCell>
              <TableCell>{format.number(point.poolMinutes)}</TableCell>
              <TableCell>{format.money(point.charge, series.currency)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

const useStyles = makeStyles({
  scroll: { maxHeight: "280px", overflow: "auto" },
  figures: { fontVariantNumeric: "tabular-nums" },
  none: { color: tokens.colorNeutralForeground2, paddingBlock: tokens.spacingVerticalXXL },
});
