import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowSortDownRegular } from "@fluentui/react-icons/svg/arrow-sort-down";
import { ArrowSortUpRegular } from "@fluentui/react-icons/svg/arrow-sort-up";
import { Trans, useLingui } from "@lingui/react/macro";
import type { CallListItem } from "@tollbook/contracts/http.ts";
import { columnVisibilityFeature, createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { CallSort } from "../../api/call-filter.ts";
import { CallCell } from "./CallCell.tsx";
import { columnIds, columns, type ColumnId } from "./columns.ts";

const ROW_HEIGHT = 36;
/** Rows before the end at which the next page is asked for: about a screen. */
const AHEAD = 30;

const features = tableFeatures({ columnVisibilityFeature });
const helper = createColumnHelper<typeof features, CallListItem>();
const tableColumns = helper.columns(
  columnIds.map((id) => helper.display({ id, cell: ({ row }) => <CallCell column={id} call={row.original} /> })),
);

interface Props {
  readonly account: string;
  readonly calls: CallListItem[];
  /** Calls of the whole filter. */
  readonly total: number;
  readonly sort: CallSort;
  readonly onSort: (sort: CallSort) => void;
  readonly hidden: ReadonlySet<ColumnId>;
  /** Asks for the next page; null: there is none, or it is on its way. */
  readonly more: (() => void) | null;
  readonly loadingMore: boolean;
  readonly toNewest: (() => void) | null;
}

/** Only the rows in view exist; the server sorts, the next page comes as the reader nears the end. */
export function CallTable({ calls, total, sort, onSort, hidden, more, loadingMore, toNewest }: Props) {
  const { t } = useLingui();
  const styles = useStyles();
  const scroll = useRef<HTMLDivElement>(null);
  const table = useTable({
    features,
    columns: tableColumns,
    data: calls,
    getRowId: ({ usageId }) => usageId,
    state: { columnVisibility: Object.fromEntries([...hidden].map((id) => [id, false])) },
  });
  const { rows } = table.getRowModel();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    // The header row stands above the first one.
    scrollMargin: ROW_HEIGHT,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== null && last >= rows.length - AHEAD) more();
  }, [more, last, rows.length]);

  const visible = columnIds.filter((id) => !hidden.has(id));
  const gridTemplateColumns = visible.map((id) => `minmax(${columns[id].width}px, ${columns[id].width}fr)`).join(" ");
  return (
    <div className={styles.box}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */}
      <div ref={scroll} className={styles.scroll} tabIndex={0} role="region" aria-label={t`Calls`}>
        <div role="table" aria-rowcount={total + 1} aria-label={t`Calls`} className={styles.table}>
          <div role="row" aria-rowindex={1} className={mergeClasses(styles.row, styles.header)} style={{ gridTemplateColumns }}>
            {visible.map((id) => (
              <HeaderCell key={id} id={id} sort={sort} onSort={onSort} />
            ))}
          </div>
          <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <div
                  key={row.id}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={mergeClasses(styles.row, styles.line)}
                  style={{ gridTemplateColumns, transform: `translateY(${item.start - ROW_HEIGHT}px)` }}
                >
                  {row.getVisibleCells().map((cell) => (
                    <div
                      key={cell.id}
                      role="cell"
                      className={mergeClasses(styles.cell, columns[cell.column.id as ColumnId].figure && styles.figure)}
                    >
                      <table.FlexRender cell={cell} />
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
        <div className={styles.end} role="status">
          {loadingMore ? <Trans>Loading more calls …</Trans> : null}
        </div>
      </div>
      {toNewest === null ? null : (
        <Button
          size="small"
          shape="circular"
          appearance="primary"
          className={styles.newest}
          onClick={() => {
            scroll.current?.scrollTo({ top: 0 });
            toNewest();
          }}
        >
          <Trans>Back to the newest</Trans>
        </Button>
      )}
    </div>
  );
}

function HeaderCell({ id, sort, onSort }: { id: ColumnId; sort: CallSort; onSort: (sort: CallSort) => void }) {
  const { i18n } = useLingui();
  const styles = useStyles();
  const { name, sort: field, figure } = columns[id];
  const className = mergeClasses(styles.cell, figure && styles.figure);
  if (field === undefined)
    return (
      <div role="columnheader" className={className}>
        {i18n._(name)}
      </div>
    );
  const descending = sort === `-${field}`;
  const ascending = sort === field;
  return (
    <div role="columnheader" className={className} aria-sort={descending ? "descending" : ascending ? "ascending" : "none"}>
      <button type="button" className={styles.sort} onClick={() => onSort(descending ? field : `-${field}`)}>
        {i18n._(name)}
        {descending ? <ArrowSortDownRegular /> : ascending ? <ArrowSortUpRegular /> : null}
      </button>
    </div>
  );
}

const useStyles = makeStyles({
  box: { position: "relative", flexGrow: 1, minHeight: "240px" },
  scroll: {
    position: "absolute",
    inset: 0,
    overflow: "auto",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    "@media print": { position: "static", overflow: "visible" },
  },
  table: { minWidth: "fit-content" },
  row: { display: "grid", height: `${ROW_HEIGHT}px`, alignItems: "center", boxSizing: "border-box" },
  header: {
    position: "sticky",
    top: 0,
    zIndex: 1,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
  },
  body: { position: "relative" },
  line: {
    position: "absolute",
    insetInline: 0,
    top: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover },
  },
  cell: {
    // Between the two sizes of text: nine columns fit a laptop's screen.
    fontSize: "13px",
    paddingInline: tokens.spacingHorizontalSNudge,
    ":first-child": { paddingLeft: tokens.spacingHorizontalM },
    ":last-child": { paddingRight: tokens.spacingHorizontalM },
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    fontVariantNumeric: "tabular-nums",
  },
  figure: { textAlign: "right" },
  sort: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXXS,
    padding: 0,
    border: "none",
    background: "none",
    font: "inherit",
    color: "inherit",
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  end: { padding: tokens.spacingVerticalS, textAlign: "center", color: tokens.colorNeutralForeground2 },
  newest: { position: "absolute", bottom: tokens.spacingVerticalL, left: "50%", transform: "translateX(-50%)" },
});
