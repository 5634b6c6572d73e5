import { createHash } from "node:crypto";

/**
 * Names as GUIDs, for readers that want one (D26, RFC 9562 §5.5): the same name always has the same. The namespace of all
 * of ours is the version 5 UUID of the DNS name `tollbook.dev` in the DNS namespace; each account and kind of name has a
 * namespace of its own in it, so that two accounts' legs of one id differ.
 */
const DNS_NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const NAMESPACE = uuid5(DNS_NAMESPACE, "tollbook.dev");

export type NamedThing = "leg" | "user" | "call" | "linked" | "block";

export function guidOf(account: string, kind: NamedThing, name: string): string {
  return uuid5(namespaceOf(account, kind), name);
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is a GUID already stays as it is, so that records which came from Microsoft are found again. */
export function guidOrOwn(account: string, kind: NamedThing, name: string): string {
  return GUID.test(name) ? name.toLowerCase() : guidOf(account, kind, name);
}

const namespaces = new Map<string, string>();
/** More accounts than this begin anew: a namespace is quick to make. */
const MAX_KEPT = 10_000;

function namespaceOf(account: string, kind: NamedThing): string {
  const name = `${account}/${kind}`;
  const known = namespaces.get(name);
  if (known !== undefined) return known;
  if (namespaces.size >= MAX_KEPT) namespaces.clear();
  const made = uuid5(NAMESPACE, name);
  namespaces.set(name, made);
  return made;
}

function uuid5(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name, "utf8")
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
