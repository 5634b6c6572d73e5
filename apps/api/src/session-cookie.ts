/** With the prefix, browsers take it from this host over TLS only, and for no other path. */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Host-tollbook" : "tollbook_session";
}
