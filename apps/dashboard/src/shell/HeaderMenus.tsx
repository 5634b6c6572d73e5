import {
  Button,
  makeStyles,
  Menu,
  MenuButton,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { PersonCircleRegular } from "@fluentui/react-icons/svg/person-circle";
import { SignOutRegular } from "@fluentui/react-icons/svg/sign-out";
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../api/changes.ts";
import { sessionQuery } from "../api/queries.ts";
import { isLocale, localeNames, locales } from "../app/locales.ts";
import { themeChoices, usePreferences } from "../app/preferences.tsx";

/** With one account there is nothing to switch: then it is only its name. */
export function AccountSwitcher({ account }: { account: string }) {
  const { t } = useLingui();
  const styles = useStyles();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(sessionQuery);
  const current = data.accounts.find((entry) => entry.account === account);
  const name = current?.name ?? account;
  if (data.accounts.length < 2) return <Text className={styles.account}>{name}</Text>;
  return (
    <Menu
      checkedValues={{ account: [account] }}
      onCheckedValueChange={(_event, { checkedItems }) => {
        const [chosen] = checkedItems;
        if (chosen !== undefined) void navigate({ to: "/accounts/$account", params: { account: chosen } });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <MenuButton appearance="subtle" aria-label={t`Account: ${name}. Switch account`}>
          {name}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover className={styles.accounts}>
        <MenuList>
          {data.accounts.map((entry) => (
            <MenuItemRadio key={entry.account} name="account" value={entry.account} secondaryContent={entry.account}>
              {entry.name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function PersonMenu() {
  const { t } = useLingui();
  const { data } = useSuspenseQuery(sessionQuery);
  const { locale, setLocale, theme, setTheme } = usePreferences();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await navigate({ to: "/sign-in" });
      // What the next person at this browser must not find.
      queryClient.clear();
    },
  });
  const { displayName, email } = data.person;
  const themes = { system: t`As the system`, light: t`Light`, dark: t`Dark`, contrast: t`High contrast` };
  return (
    <Menu
      checkedValues={{ locale: [locale], theme: [theme] }}
      onCheckedValueChange={(_event, { name, checkedItems: [value = ""] }) => {
        const choice = themeChoices.find((known) => known === value);
        if (name === "theme" && choice !== undefined) setTheme(choice);
        if (name === "locale" && isLocale(value)) setLocale(value);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<PersonCircleRegular />} aria-label={t`${displayName}: theme, language, sign out`}>
          {displayName}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>
              <Trans>Theme</Trans>
            </MenuGroupHeader>
            {themeChoices.map((choice) => (
              <MenuItemRadio key={choice} name="theme" value={choice}>
                {themes[choice]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuGroup>
            <MenuGroupHeader>
              <Trans>Language</Trans>
            </MenuGroupHeader>
            {locales.map((choice) => (
              <MenuItemRadio key={choice} name="locale" value={choice} lang={choice}>
                {localeNames[choice]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} secondaryContent={email} onClick={() => leave.mutate()}>
            <Trans>Sign out</Trans>
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

const useStyles = makeStyles({
  account: { paddingInline: tokens.spacingHorizontalM },
  accounts: { maxHeight: "70vh", overflowY: "auto" },
});
