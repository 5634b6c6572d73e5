import { linguiTransformerBabelPreset, lingui } from "@lingui/vite-plugin";
import { getConfig } from "@lingui/conf";
import babel from "@rolldown/plugin-babel";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Everything is found from here, so that it also builds and tests from the repository's root.
const cwd = import.meta.dirname;
const api = process.env["TOLLBOOK_API_URL"] ?? "http://127.0.0.1:7400";

export default defineConfig({
  root: cwd,
  plugins: [
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: `${cwd}/src/routes`,
      generatedRouteTree: `${cwd}/src/routeTree.gen.ts`,
    }),
    react(),
    lingui({ cwd, failOnCompileError: true }),
    babel({ presets: [linguiTransformerBabelPreset({ linguiConfig: getConfig({ cwd }) }, { cwd })] }),
  ],
  server: { host: "127.0.0.1", port: 5173, proxy: { "/v1": api } },
  preview: { host: "127.0.0.1", proxy: { "/v1": api } },
  build: { sourcemap: false, chunkSizeWarningLimit: 700 },
});
