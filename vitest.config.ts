import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./tools/testing/closing-line-reporter.ts"],
    // Real servers start in the tests: two cores carry two files at a time.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      "./apps/dashboard/vitest.browser.config.ts",
      {
        extends: true,
        test: {
          name: "node",
          include: ["{apps,packages,integrations,tools,loadtests}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "apps/dashboard/**"],
        },
      },
    ],
  },
});
