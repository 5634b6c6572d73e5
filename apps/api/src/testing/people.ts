import { openSession } from "../directory/people.ts";
import { until, type TestAnswer, type TestApi } from "./start-test-api.ts";

/** Somebody who is signed in, as his browser is. */
export interface SignedIn {
  readonly email: string;
  readonly headers: Readonly<Record<string, string>>;
  call(method: string, path: string, body?: unknown, more?: Readonly<Record<string, string>>): Promise<TestAnswer>;
}

/** Writes a member into the directory and opens a session; resolves when the API knows both. */
export async function signIn(api: TestApi, email: string, account: string, roles: readonly string[]): Promise<SignedIn> {
  const person = await api.directory.changePerson(email, () => ({
    email,
    displayName: email,
    passwordHash: "elsewhere",
    operator: false,
    memberships: [{ account, roles: [...roles] }],
  }));
  if (person === null) throw new Error("a person was not written");
  return await sessionOf(api, email);
}

/** A session of somebody who is in the directory, without a password. */
export async function sessionOf(api: TestApi, email: string): Promise<SignedIn> {
  const person = api.directory.person(email);
  if (person === null) throw new Error(`${email} is not in the directory`);
  const { token, session } = await openSession(api.directory, person, new Date());
  const headers = { cookie: `tollbook_session=${token}`, "x-csrf-token": session.csrfToken };
  const call: SignedIn["call"] = async (method, path, body, more = {}) =>
    await api.call(method, path, { headers: { ...headers, ...more }, ...(body === undefined ? {} : { body }) });
  await until(async () => (await call("GET", "/v1/session")).status === 200);
  return { email, headers, call };
}
