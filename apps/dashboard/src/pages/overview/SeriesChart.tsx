import { makeStyles, tokens } from "@fluentui/react-components";
import { useLingui } from "@lingui/react/macro";
import type { UsageSeries } from "@tollbook/contracts/http.ts";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useFormat } from "../../app/format.ts";
import { usePreferences } from "../../app/preferences.tsx";
import { themes } from "../../app/theme.ts";

use([BarChart, LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer]);

/** Bars: calls. Line: charges. Every label is the exact text; only the height of a point is a float. */
export function SeriesChart({ series }: { series: UsageSeries }) {
  const styles = useStyles();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  useEffect(() => {
    if (box.current === null) return;
    const drawn = init(box.current, null, { renderer: "svg" });
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.resize());
    resized.observe(box.current);
    return () => {
      resized.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);
  const option = useOption(series);
  useEffect(() => chart.current?.setOption(option), [option]);
  const { t } = useLingui();
  return (
    <div
      ref={box}
      className={styles.chart}
      role="img"
      aria-label={t`Chart of calls and charges; the table holds the same figures`}
    />
  );
}

function useOption(series: UsageSeries): Parameters<EChartsType["setOption"]>[0] {
  const { t } = useLingui();
  const format = useFormat();
  const { look } = usePreferences();
  const theme = themes[look];
  const quiet = theme.colorNeutralForeground2;
  const { points, bucket, currency } = series;
  const axis = {
    axisLabel: { color: quiet },
    nameTextStyle: { color: quiet },
    splitLine: { lineStyle: { color: theme.colorNeutralStroke3 } },
  };
  const money = format.money;
  return {
    animation: false,
    textStyle: { fontFamily: theme.fontFamilyBase },
    color: [look === "light" ? theme.colorBrandBackground : theme.colorBrandForeground1, theme.colorPaletteMarigoldBorderActive],
    grid: { left: 8, right: 8, top: 40, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: { top: 0, left: 0, itemHeight: 10, textStyle: { color: theme.colorNeutralForeground1 } },
    tooltip: {
      trigger: "axis",
      backgroundColor: theme.colorNeutralBackground1,
      borderColor: theme.colorNeutralStroke1,
      textStyle: { color: theme.colorNeutralForeground1 },
      // The axis sends the index: the label comes from the decimal text.
      formatter: (hovered: unknown) => {
        const index = Array.isArray(hovered) ? (hovered[0] as { dataIndex: number } | undefined)?.dataIndex : undefined;
        const point = index === undefined ? undefined : points[index];
        if (point === undefined) return "";
        const lines = [
          format.bucket(point.time, bucket),
          `${t`Calls`}: ${format.number(point.calls)}`,
          `${t`Minutes`}: ${format.minutes(point.billableSeconds)}`,
          `${t`Charges`}: ${money(point.charge, currency)}`,
        ];
        return lines.join("<br>");
      },
    },
    xAxis: {
      type: "category",
      data: points.map(({ time }) => format.bucket(time, bucket)),
      axisLabel: { color: quiet, hideOverlap: true },
      axisLine: { lineStyle: { color: theme.colorNeutralStroke1 } },
      axisTick: { show: false },
    },
    yAxis: [
      { type: "value", minInterval: 1, ...axis, axisLabel: { color: quiet, formatter: (value: number) => format.number(value) } },
      {
        type: "value",
        ...axis,
        splitLine: { show: false },
        axisLabel: { color: quiet, formatter: (value: number) => money(String(value), currency) },
      },
    ],
    series: [
      {
        type: "bar",
        name: t`Calls`,
        data: points.map(({ calls }) => calls),
        barMaxWidth: 36,
        itemStyle: { borderRadius: [3, 3, 0, 0] },
      },
      {
        type: "line",
        name: t`Charges`,
        yAxisIndex: 1,
        data: points.map(({ charge }) => Number(charge)),
        symbolSize: 6,
        lineStyle: { width: 2 },
      },
    ],
  };
}

const useStyles = makeStyles({ chart: { height: "280px", minWidth: 0, color: tokens.colorNeutralForeground1 } });
