import { Button, makeStyles, Menu, MenuItemCheckbox, MenuList, MenuPopover, MenuTrigger } from "@fluentui/react-components";
import { ColumnTripleRegular } from "@fluentui/react-icons/svg/column-triple";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { columnIds, columns, type ColumnId } from "./columns.ts";

interface HiddenColumns {
  readonly ids: ReadonlySet<ColumnId>;
  readonly set: (ids: ReadonlySet<ColumnId>) => void;
}

const KEY = "tollbook.calls.hidden-columns";

/** Which columns are hidden belongs to the reader, not to the link. */
export function useHiddenColumns(): HiddenColumns {
  const [ids, setIds] = useState(storedIds);
  return {
    ids,
    set: (next) => {
      localStorage.setItem(KEY, [...next].join(" "));
      setIds(next);
    },
  };
}

function storedIds(): ReadonlySet<ColumnId> {
  const stored = localStorage.getItem(KEY)?.split(" ");
  return new Set(columnIds.filter((id) => (stored === undefined ? columns[id].hiddenAtFirst === true : stored.includes(id))));
}

export function ColumnsMenu({ hidden }: { hidden: HiddenColumns }) {
  const { i18n } = useLingui();
  const styles = useStyles();
  return (
    <Menu
      checkedValues={{ columns: columnIds.filter((id) => !hidden.ids.has(id)) }}
      onCheckedValueChange={(_event, { checkedItems }) =>
        // The start leads to the call's page: without it no call could be opened.
        hidden.set(new Set(columnIds.filter((id) => id !== "startAt" && !checkedItems.includes(id))))
      }
    >
      <MenuTrigger disableButtonEnhancement>
        <Button size="small" icon={<ColumnTripleRegular />}>
          <Trans>Columns</Trans>
        </Button>
      </MenuTrigger>
      <MenuPopover className={styles.menu}>
        <MenuList>
          {columnIds.map((id) => (
            <MenuItemCheckbox key={id} name="columns" value={id} disabled={id === "startAt"}>
              {i18n._(columns[id].name)}
            </MenuItemCheckbox>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

const useStyles = makeStyles({ menu: { maxHeight: "70vh", overflowY: "auto" } });
