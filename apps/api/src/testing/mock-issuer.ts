import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHash, randomBytes } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";

/** What the issuer says of who signs in next, and what it does wrong. */
export interface Says {
  claims: Record<string, unknown>;
  /** Left to the userinfo endpoint instead of the token. */
  userinfo?: Record<string, unknown>;
  nonce?: string;
  audience?: string;
  issuer?: string;
  /** Seconds from now; the token is issued a minute before. */
  expiresIn?: number;
  /** Signed with a key that is not among the published ones. */
  wrongKey?: boolean;
  /** Answers the browser with another state than it came with. */
  state?: string;
  /** The person pressed "cancel". */
  denied?: boolean;
}

export interface MockIssuer {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  says: Says;
  /** As a browser: opens the authorisation page and is sent back; resolves with the address it is sent to. */
  authorize(url: string): Promise<URL>;
  close(): Promise<void>;
}

interface Code {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirect: string;
  readonly says: Says;
}

/** An OpenID provider on loopback: discovery, authorise, token, userinfo, keys; each code works once and only with its PKCE verifier. */
export async function startMockIssuer(): Promise<MockIssuer> {
  const published = await generateKeyPair("RS256");
  const other = await generateKeyPair("RS256");
  const jwk: JWK = { ...(await exportJWK(published.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Says>();
  const clientId = "tollbook";
  const clientSecret = "a secret of the client";
  let issuer = "";

  const token = async (form: URLSearchParams): Promise<[number, object]> => {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const right =
      code !== undefined &&
      code.challenge === challenge &&
      code.redirect === form.get("redirect_uri") &&
      form.get("client_id") === clientId &&
      form.get("client_secret") === clientSecret;
    if (!right) return [400, { error: "invalid_grant" }];
    const { says } = code;
    const now = Math.floor(Date.now() / 1000);
    const idToken = await new SignJWT({ ...says.claims, nonce: says.nonce ?? code.nonce })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setIssuer(says.issuer ?? issuer)
      .setAudience(says.audience ?? clientId)
      .setIssuedAt(now - 60)
      .setExpirationTime(now + (says.expiresIn ?? 300))
      .sign(says.wrongKey === true ? other.privateKey : published.privateKey);
    const accessToken = randomBytes(16).toString("hex");
    tokens.set(accessToken, says);
    return [200, { access_token: accessToken, token_type: "Bearer", expires_in: 300, id_token: idToken }];
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", issuer);
    const json = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json(200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          end_session_endpoint: `${issuer}/end-session`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
        });
      case "/jwks":
        return json(200, { keys: [jwk] });
      case "/authorize": {
        const { says } = mock;
        const asked = url.searchParams;
        const back = new URL(asked.get("redirect_uri") ?? "");
        back.searchParams.set("state", says.state ?? asked.get("state") ?? "");
        if (says.denied === true) {
          back.searchParams.set("error", "access_denied");
        } else {
          const code = randomBytes(16).toString("hex");
          const [nonce, challenge] = [asked.get("nonce") ?? "", asked.get("code_challenge") ?? ""];
          codes.set(code, { nonce, challenge, redirect: asked.get("redirect_uri") ?? "", says });
          back.searchParams.set("code", code);
        }
        response.writeHead(302, { location: back.href }).end();
        return;
      }
      case "/token": {
        let text = "";
        for await (const chunk of request) text += String(chunk);
        return json(...(await token(new URLSearchParams(text))));
      }
      case "/userinfo": {
        const says = tokens.get((request.headers.authorization ?? "").replace("Bearer ", ""));
        return says === undefined ? json(401, {}) : json(200, { sub: says.claims["sub"], ...says.userinfo });
      }
      default:
        return json(404, {});
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mock: MockIssuer = {
    url: issuer,
    clientId,
    clientSecret,
    says: { claims: {} },
    async authorize(url) {
      const sent = await fetch(url, { redirect: "manual" });
      return new URL(sent.headers.get("location") ?? "");
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return mock;
}
