import { expect, it } from "vitest";
import { faultOfUrl, isPublicAddress, publicLookup } from "./public-address.ts";

it.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.1.2.3",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:db8::1",
  "fc00::1",
  "fd12::1",
  "fe80::1",
  "ff02::1",
  "not an address",
])("S17: %s is no public address", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each(["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"])(
  "S17: %s is one",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  ["http://example.com/hook", "not https"],
  ["https://example.com:8443/hook", "port 443"],
  ["https://user:secret@example.com/", "password"],
  ["https://127.0.0.1/", "private"],
  ["https://0x7f000001/", "private"],
  ["https://2130706433/", "private"],
  ["https://[::1]/", "private"],
  ["https://[::ffff:10.0.0.1]/", "private"],
  ["https://localhost/", "private"],
  ["https://metadata/", "private"],
  ["https://printer.local/", "private"],
  ["https://metadata.google.internal/", "private"],
  ["ftp://example.com/", "not https"],
  ["not an address", "no address"],
])("S17: %s may not be an endpoint", (url, why) => {
  expect(faultOfUrl(url, false)).toContain(why);
});

it("a public https address may", () => {
  expect(faultOfUrl("https://example.com/hook?x=1", false)).toBeNull();
});

it("S17: a name that resolves into this machine is not connected to, whatever it was when the endpoint was made", async () => {
  const outcome = await new Promise<string>((resolve) =>
    publicLookup("localhost", { all: true }, (error) => resolve(error?.message ?? "connected")),
  );
  expect(outcome).toBe("localhost is in a private network");
});
