import {
  Button,
  DrawerBody,
  DrawerFooter,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons/svg/dismiss";
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";

/** A form beside the page, as in the admin centres: title, content, buttons. Escape closes it. */
export function Pane({
  title,
  open,
  onClose,
  footer,
  children,
}: {
  title: string;
  open: boolean;
  onClose: () => void;
  footer: ReactNode;
  children: ReactNode;
}) {
  const { t } = useLingui();
  const styles = useStyles();
  return (
    <OverlayDrawer
      position="end"
      open={open}
      onOpenChange={(_event, state) => (state.open ? undefined : onClose())}
      className={styles.pane}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={<Button appearance="subtle" aria-label={t`Close`} icon={<DismissRegular />} onClick={onClose} />}
        >
          {title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.body}>{children}</div>
      </DrawerBody>
      <DrawerFooter>{footer}</DrawerFooter>
    </OverlayDrawer>
  );
}

const useStyles = makeStyles({
  pane: { width: "min(440px, 100vw)" },
  body: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalL, paddingBlock: tokens.spacingVerticalS },
});
