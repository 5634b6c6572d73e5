import { defineConfig } from "@lingui/conf";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de", "da"],
  catalogs: [{ path: "<rootDir>/src/locales/{locale}", include: ["src"] }],
});
