import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorsPage } from "./errors.ts";

test("docs/errors.md names every code as the source has it (npm run docs writes it anew)", () => {
  expect(readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8")).toBe(errorsPage());
});
