import * as client from "openid-client";
import { ApiProblem } from "../problem.ts";
import { isLoopback, type OidcConfig } from "./oidc-config.ts";

/** What is kept in the browser between leaving for the provider and coming back: worth nothing to anybody else. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** Who the provider says it is, after every check of the answer. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Verified by the provider, in lower case. */
  readonly email: string;
  readonly name: string;
  /** Values of the claim that gives roles. */
  readonly groups: readonly string[];
  /** To sign out there. */
  readonly idToken: string;
}

/** The identity provider: found by discovery at the first sign-in, and again when that failed. */
export interface Provider {
  /** Rejects with ApiProblem `identityProviderUnreachable`. */
  begin(returnTo: string): Promise<{ readonly pending: PendingSignIn; readonly url: URL }>;
  /**
   * `path` with the query that the provider sent the browser back with. Rejects with ApiProblem `unauthenticated` for whatever is
   * not exactly the answer to `pending`, `forbidden` without a verified e-mail, `identityProviderUnreachable`.
   */
  finish(path: string, pending: PendingSignIn): Promise<Identity>;
  /** Where to sign out; null: the provider offers nothing. */
  signOutUrl(idToken: string): Promise<string | null>;
}

export const CALLBACK_PATH = "/v1/oidc/callback";
const TIMEOUT_S = 10;

export function openProvider(config: OidcConfig): Provider {
  const { issuer, clientId, clientSecret, scopes, publicUrl, roleClaim } = config;
  let found: Promise<client.Configuration> | null = null;
  const configuration = async (): Promise<client.Configuration> => {
    found ??= client.discovery(
      issuer,
      clientId,
      clientSecret === "" ? { token_endpoint_auth_method: "none" } : clientSecret,
      clientSecret === "" ? client.None() : undefined,
      {
        timeout: TIMEOUT_S,
        execute: [
          // Signatures are checked against the provider's keys even though the token came straight from it.
          client.enableNonRepudiationChecks,
          ...(isLoopback(issuer) && issuer.protocol === "http:" ? [client.allowInsecureRequests] : []),
        ],
      },
    );
    try {
      return await found;
    } catch (error) {
      found = null;
      throw unreachable(error);
    }
  };

  return {
    async begin(returnTo) {
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        returnTo,
      };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: new URL(CALLBACK_PATH, publicUrl).href,
        scope: scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: "S256",
      });
      return { pending, url };
    },

    async finish(path, { state, nonce, verifier }) {
      const provider = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(provider, new URL(path, publicUrl), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined || tokens.id_token === undefined) throw new Error("no ID token came");
        // Not every provider puts the e-mail into the token.
        const told =
          claims["email"] === undefined && provider.serverMetadata().userinfo_endpoint !== undefined
            ? { ...(await client.fetchUserInfo(provider, tokens.access_token, claims.sub)), ...claims }
            : claims;
        return identityFrom({ ...told }, claims.iss, claims.sub, tokens.id_token, roleClaim);
      } catch (error) {
        throw problemFrom(error);
      }
    },

    async signOutUrl(idToken) {
      const provider = await configuration();
      if (provider.serverMetadata().end_session_endpoint === undefined) return null;
      return client.buildEndSessionUrl(provider, {
        id_token_hint: idToken,
        post_logout_redirect_uri: new URL("/", publicUrl).href,
      }).href;
    },
  };
}

function identityFrom(
  claims: Readonly<Record<string, unknown>>,
  issuer: string,
  subject: string,
  idToken: string,
  roleClaim: string | null,
): Identity {
  const { email, name } = claims;
  // Whoever may write any address into his profile must not become the person it belongs to.
  if (typeof email !== "string" || email === "" || claims["email_verified"] !== true)
    throw new ApiProblem("forbidden", {
      detail: "The identity provider does not say that your e-mail address is verified.",
      hint: "Confirm the address there, or let the provider send the claims email and email_verified.",
    });
  const values = roleClaim === null ? undefined : claims[roleClaim];
  return {
    issuer,
    subject,
    email: email.trim().toLowerCase(),
    name: typeof name === "string" && name !== "" ? name : email,
    groups: (Array.isArray(values) ? values : [values]).filter((one): one is string => typeof one === "string"),
    idToken,
  };
}

function problemFrom(error: unknown): unknown {
  if (error instanceof ApiProblem) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (isNetworkFailure(error) || code === "OAUTH_TIMEOUT") return unreachable(error);
  return new ApiProblem("unauthenticated", {
    detail: `The identity provider's answer was not accepted${code === "" ? "" : ` (${code})`}.`,
    hint: "Begin again at GET /v1/oidc/start; when it stays, compare the client id, secret and redirect address with the provider's.",
  });
}

function unreachable(cause: unknown): ApiProblem {
  const problem = new ApiProblem("identityProviderUnreachable", {
    hint: "Try again in a moment, or sign in with e-mail and password.",
    retryAfterSeconds: 5,
  });
  problem.cause = cause;
  return problem;
}

/** What fetch rejects with when nobody answers; everything else is an answer that was not right. */
function isNetworkFailure(error: unknown): boolean {
  return error instanceof TypeError && error.message === "fetch failed";
}
