import { lookup as resolve, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** S17: an endpoint may be anywhere on the internet, and nowhere else: not on this machine, not in this network. */
const closed = new BlockList();
/** Of its own: a list takes an IPv4 address for the IPv6 address that it is mapped to. */
const closedIpv6 = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  closed.addSubnet(network, bits, "ipv4");
for (const [network, bits] of [
  ["::", 128],
  ["::1", 128],
  // IPv4 in IPv6 clothes, by whatever gateway.
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  closedIpv6.addSubnet(network, bits, "ipv6");

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return family === 4 ? !closed.check(address, "ipv4") : !closedIpv6.check(address, "ipv6");
}

/** Why an address may not be an endpoint, in a sentence; null: it may. What its name resolves to is checked when it is used. */
export function faultOfUrl(text: string, anywhere: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return "it is no address";
  if (url.username !== "" || url.password !== "") return "it carries a password: send a secret in the path instead";
  if (anywhere) return ["https:", "http:"].includes(url.protocol) ? null : "it is neither https nor http";
  if (url.protocol !== "https:") return "it is not https";
  if (url.port !== "") return "only port 443 is used";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : "it is an address of a private network";
  if (!host.includes(".") || /(^|\.)(localhost|local|internal|home\.arpa)$/i.test(host))
    return "it is a name of a private network";
  return null;
}

/**
 * Resolves a name for a connection, and only to public addresses: what was checked is what is connected to, so a name that
 * resolves otherwise the next moment gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = found ?? [];
    if (error !== null) return callback(error, "", 0);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new Error(`${hostname} is in a private network`), "", 0);
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    return callback(null, first?.address ?? "", first?.family ?? 0);
  });
};
