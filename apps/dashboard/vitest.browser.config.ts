import { playwright } from "@vitest/browser-playwright";
import { msw } from "msw/vite";
import { mergeConfig } from "vite";
import { defineProject } from "vitest/config";
import viteConfig from "./vite.config.ts";

/** The pages in a real Chromium, against the stand-in of the API in `src/testing`. */
export default mergeConfig(
  viteConfig,
  defineProject({
    // The stand-in's service worker is served here only: no build carries it.
    plugins: [msw({ mode: "worker-only" })],
    test: {
      name: "dashboard",
      root: import.meta.dirname,
      include: ["src/**/*.test.{ts,tsx}"],
      testTimeout: 30_000,
      // Two cores also carry servers: what a page shows within these is shown.
      expect: { poll: { timeout: 10_000 } },
      fileParallelism: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        viewport: { width: 1280, height: 800 },
        provider: playwright({
          launchOptions: {
            executablePath: process.env["TOLLBOOK_CHROMIUM"] ?? "/usr/bin/chromium",
            args: [
              "--no-sandbox",
              "--disable-gpu",
              "--disable-quic",
              "--no-first-run",
              "--disable-background-networking",
              "--disable-component-update",
              "--disable-sync",
            ],
          },
          // Dates on screen are the same on every machine.
          contextOptions: { timezoneId: "Europe/Copenhagen", locale: "en-GB" },
          actionTimeout: 10_000,
        }),
        instances: [{ browser: "chromium" }],
      },
    },
  }),
);
