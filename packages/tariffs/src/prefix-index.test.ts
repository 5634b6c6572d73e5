import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPrefixIndex, longestPrefix, shorterPrefix } from "./prefix-index.ts";

const digits = (least: number, most: number, alphabet = "0123456789".split("")) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: least, maxLength: most });

/** The same question answered by trying every prefix. */
function scan(prefixes: readonly string[], number: string): string[] {
  return prefixes.filter((prefix) => number.startsWith(prefix)).sort((a, b) => b.length - a.length);
}

function chain(prefixes: readonly string[], number: string): string[] {
  const index = buildPrefixIndex(prefixes);
  const found: string[] = [];
  for (let id = longestPrefix(index, number); id >= 0; id = shorterPrefix(index, id)) found.push(prefixes[id] as string);
  return found;
}

describe("prefix index", () => {
  it("finds the longest prefix and then every shorter one, across the edge of the flat table", () => {
    const prefixes = ["4", "44", "4475", "44750", "447500", "4475001", "49"];
    expect(chain(prefixes, "447500123456")).toEqual(["4475001", "447500", "44750", "4475", "44", "4"]);
    expect(chain(prefixes, "4930")).toEqual(["49", "4"]);
    expect(chain(prefixes, "33123456")).toEqual([]);
  });

  it("answers numbers that end inside the table or inside an overflow node", () => {
    const prefixes = ["12", "12000", "123456", "12345678"];
    expect(chain(prefixes, "12")).toEqual(["12"]);
    expect(chain(prefixes, "1200")).toEqual(["12"]);
    expect(chain(prefixes, "12345")).toEqual(["12"]);
    expect(chain(prefixes, "1234567")).toEqual(["123456", "12"]);
    expect(chain(prefixes, "")).toEqual([]);
    expect(chain(["123456", "1234560"], "123456")).toEqual(["123456"]);
  });

  it("is not confused by the order in which prefixes come", () => {
    const prefixes = ["12345678", "123456", "1", "1234567", "12"];
    expect(chain(prefixes, "123456789")).toEqual(["12345678", "1234567", "123456", "12", "1"]);
  });

  it("finds the same prefixes as a scan over all of them, for random decks and numbers (RT-3)", () => {
    // Few digits make long chains of prefixes that lie inside each other; many digits make wide ones.
    const decks = fc.oneof(
      fc.uniqueArray(digits(1, 11, ["0", "1", "2"]), { maxLength: 80 }),
      fc.uniqueArray(digits(1, 11), { maxLength: 80 }),
    );
    fc.assert(
      fc.property(decks, fc.array(digits(0, 15, ["0", "1", "2"]), { maxLength: 30 }), (prefixes, numbers) => {
        for (const number of [...numbers, ...prefixes, ...prefixes.map((prefix) => `${prefix}00`)]) {
          expect(chain(prefixes, number)).toEqual(scan(prefixes, number));
        }
      }),
      { numRuns: 60 },
    );
  });
});
