import {
  createDarkTheme,
  createLightTheme,
  teamsHighContrastTheme,
  type BrandVariants,
  type Theme,
} from "@fluentui/react-components";

/** Our own colour: a deep sea blue-green, dark enough at 80 for white text (contrast 5.4). */
const brand: BrandVariants = {
  10: "#020506",
  20: "#071b20",
  30: "#082d36",
  40: "#073b47",
  50: "#054a59",
  60: "#04596b",
  70: "#06677b",
  80: "#0f7389",
  90: "#2b8199",
  100: "#4292a9",
  110: "#58a3b8",
  120: "#70b4c7",
  130: "#89c5d5",
  140: "#a4d6e3",
  150: "#c1e6ef",
  160: "#dff5fa",
};

/** The same letters in all looks, so that columns keep their widths. */
const contrastTheme: Theme = { ...teamsHighContrastTheme, fontFamilyBase: createLightTheme(brand).fontFamilyBase };

/** What a page is drawn in. */
export type Look = "light" | "dark" | "contrast";

const lightTheme: Theme = createLightTheme(brand);
const darkTheme: Theme = {
  ...createDarkTheme(brand),
  // The ramp's default is too dark for text on a dark ground.
  colorBrandForeground1: brand[120],
  colorBrandForeground2: brand[130],
  colorBrandForegroundLink: brand[120],
  colorBrandForegroundLinkHover: brand[130],
};

export const themes: Readonly<Record<Look, Theme>> = { light: lightTheme, dark: darkTheme, contrast: contrastTheme };
