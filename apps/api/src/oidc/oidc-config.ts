import { isAccountId } from "@tollbook/contracts/units.ts";
import * as z from "zod/mini";
import { grantFromText } from "../access/grants.ts";

/** The identity provider at which people sign in beside the local sign-in. */
export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Empty: a public client, held by PKCE alone. */
  readonly clientSecret: string;
  readonly scopes: string;
  /** Where browsers find this API; the provider sends them back to `<publicUrl>/v1/oidc/callback`. */
  readonly publicUrl: URL;
  /** The claim whose values give roles; null: roles are given here alone. */
  readonly roleClaim: string | null;
  readonly mappedRoles: readonly MappedRole[];
}

/** Whoever has the value in the claim has the role in the account, from sign-in to sign-in. */
export interface MappedRole {
  readonly value: string;
  readonly account: string;
  readonly role: string;
}

/** How `environment.ts` reads: each notes its own fault. */
export interface Reading {
  readonly get: (name: string, fallback: string) => string;
  readonly fault: (sentence: string) => void;
}

/** Null without TOLLBOOK_OIDC_ISSUER. */
export function readOidcConfig({ get, fault }: Reading, ownUrl: string): OidcConfig | null {
  const given = get("TOLLBOOK_OIDC_ISSUER", "");
  if (given === "") return null;
  const issuer = URL.canParse(given) ? new URL(given) : null;
  if (issuer === null || !(issuer.protocol === "https:" || (issuer.protocol === "http:" && isLoopback(issuer)))) {
    fault("TOLLBOOK_OIDC_ISSUER is no https address: set it to the issuer as its discovery document names it.");
    return null;
  }
  const clientId = get("TOLLBOOK_OIDC_CLIENT_ID", "");
  if (clientId === "") fault("TOLLBOOK_OIDC_CLIENT_ID is missing: set it to the id under which the issuer knows Tollbook.");
  const scopes = get("TOLLBOOK_OIDC_SCOPES", "openid email profile");
  if (!scopes.split(" ").includes("openid")) fault(`TOLLBOOK_OIDC_SCOPES is "${scopes}": openid must be among them.`);
  const publicText = get("TOLLBOOK_PUBLIC_URL", ownUrl);
  const publicUrl = URL.canParse(publicText) ? new URL(publicText) : null;
  if (publicUrl === null || !/^https?:$/.test(publicUrl.protocol))
    fault(`TOLLBOOK_PUBLIC_URL is no address: set it to the one that browsers use, such as https://tollbook.example.com.`);
  const roleClaim = get("TOLLBOOK_OIDC_ROLE_CLAIM", "");
  const rolesText = get("TOLLBOOK_OIDC_ROLES", "");
  if ((roleClaim === "") !== (rolesText === ""))
    fault("TOLLBOOK_OIDC_ROLE_CLAIM and TOLLBOOK_OIDC_ROLES belong together: set both or neither.");
  return {
    issuer,
    clientId,
    clientSecret: get("TOLLBOOK_OIDC_CLIENT_SECRET", ""),
    scopes,
    publicUrl: publicUrl ?? new URL("http://127.0.0.1"),
    roleClaim: roleClaim === "" ? null : roleClaim,
    mappedRoles: rolesText === "" ? [] : readMappedRoles(rolesText, fault),
  };
}

const Mapping = z.record(z.string(), z.array(z.string()));

function readMappedRoles(text: string, fault: (sentence: string) => void): MappedRole[] {
  const parsed = Mapping.safeParse(jsonOrNull(text));
  if (!parsed.success) {
    fault('TOLLBOOK_OIDC_ROLES is no JSON object: set it to something like {"finance": ["acme/invoiceManager:main"]}.');
    return [];
  }
  return Object.entries(parsed.data).flatMap(([value, targets]) =>
    targets.flatMap((target) => {
      const [account = "", role = "", ...rest] = target.split("/");
      if (isAccountId(account) && grantFromText(role) !== null && rest.length === 0) return [{ value, account, role }];
      fault(`TOLLBOOK_OIDC_ROLES names "${target}": an account and one of its roles is expected, such as acme/globalAdmin.`);
      return [];
    }),
  );
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Without TLS only where nobody can listen: for tests and for trying it out. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
}
