import { describe, expect, it } from "vitest";
import { load } from "./load.ts";

describe("./tollbook load, wrongly asked", () => {
  it.each([
    ["an unknown scenario", "ingst", {}, 'there is no scenario "ingst"; there are ingest and authorize.'],
    [
      "an address that is none",
      undefined,
      { url: "here" },
      '--url is "here", but must be an address such as http://127.0.0.1:7400.',
    ],
    ["a foreign installation without a key", undefined, { url: "http://127.0.0.1:1" }, "with --url also give --api-key"],
    ["a rate that is no number", "ingest", { rate: "fast" }, '--rate is "fast", but must be a whole number above 0.'],
    [
      "a length without its unit",
      "ingest",
      { duration: "30" },
      '--duration is "30", but must be a length of time such as 30s or 5m.',
    ],
  ])("says in a sentence what is wrong with %s", async (_what, scenario, options, sentence) => {
    await expect(load(scenario, options)).rejects.toThrow(sentence);
  });
});
