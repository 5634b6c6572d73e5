import { expect, it } from "vitest";
import { hiddenDigitsIn, shownNumbers } from "./masked-number.ts";

const shown = (direction: "inbound" | "outbound", country: string): { from: string; to: string } =>
  shownNumbers({ direction, fromE164: "4915112345678", fromRaw: "", toE164: "4930901820", toRaw: "" }, hiddenDigitsIn(country));

it("worked example 22: the caller of an inbound call, by the account's country", () => {
  expect(shown("inbound", "DE").from).toBe("+4915112345***");
  expect(shown("inbound", "CH").from).toBe("+491511234****");
  expect(shown("inbound", "GB").from).toBe("+4915112345678");
});

it("hides the other party only: the callee of an outbound call", () => {
  expect(shown("outbound", "FR")).toEqual({ from: "+4915112345678", to: "+493090****" });
});

it("shows what was dialled where it is no full number, and hides a short code whole", () => {
  const call = { direction: "outbound", fromE164: "", fromRaw: "anonymous", toE164: "", toRaw: "115" } as const;
  expect(shownNumbers(call, 3)).toEqual({ from: "anonymous", to: "***" });
});
