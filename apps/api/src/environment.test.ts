import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readEnvironment } from "./environment.ts";

it("the defaults run the one-machine install", () => {
  const read = readEnvironment({}, null);
  expect(read.ok && read.config).toMatchObject({ host: "127.0.0.1", port: 7400, natsUser: "api", secureCookies: false });
});

it("reports all faults at once, each with what to do, and repeats no password", () => {
  const read = readEnvironment(
    {
      TOLLBOOK_API_PORT: "70000",
      NATS_URL: "http://user:secret-word@host",
      CLICKHOUSE_URL: "secret-word",
      TOLLBOOK_SECURE_COOKIES: "yes",
      TOLLBOOK_LIMIT_KEY: "many",
      TOLLBOOK_LOG_LEVEL: "loud",
    },
    null,
  );
  expect(read.ok).toBe(false);
  const faults = read.ok ? [] : read.faults;
  expect(faults).toHaveLength(6);
  for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ is .*: set it to /);
  expect(faults.join(" ")).not.toContain("secret-word");
});

it("payments, mail and webhooks: without settings no money moves and no mail leaves; with Stripe's key made-up cards buy nothing", () => {
  const none = readEnvironment({}, null);
  expect(none.ok && none.config.outbox).toEqual({
    smtpUrl: null,
    mailFrom: "",
    stripe: null,
    testProvider: true,
    webhooksAnywhere: false,
  });
  const read = readEnvironment(
    {
      TOLLBOOK_STRIPE_KEY: "sk_live_1",
      TOLLBOOK_SMTP_URL: "smtps://mail.example.com",
      TOLLBOOK_MAIL_FROM: "Tollbook <billing@example.com>",
    },
    null,
  );
  expect(read.ok && read.config.outbox).toMatchObject({
    stripe: { key: "sk_live_1", url: "https://api.stripe.com" },
    testProvider: false,
    smtpUrl: "smtps://mail.example.com",
  });
  const wrong = readEnvironment({ TOLLBOOK_SMTP_URL: "mail.example.com", TOLLBOOK_MAIL_FROM: "me" }, null);
  expect(wrong.ok ? [] : wrong.faults.map((fault) => fault.split(" ")[0])).toEqual(["TOLLBOOK_MAIL_FROM", "TOLLBOOK_SMTP_URL"]);
});

it("who sells is set whole or not at all, with a country and an IBAN that can be", () => {
  const seller = {
    TOLLBOOK_SELLER_NAME: "Example A/S",
    TOLLBOOK_SELLER_STREET: "Havnegade 1",
    TOLLBOOK_SELLER_CITY: "København",
    TOLLBOOK_SELLER_COUNTRY: "DK",
    TOLLBOOK_SELLER_IBAN: "DK50 0040 0440 1162 43",
  };
  const read = readEnvironment(seller, null);
  expect(read.ok && read.config.seller).toMatchObject({ name: "Example A/S", iban: "DK5000400440116243", taxNumber: "" });
  const none = readEnvironment({}, null);
  expect(none.ok && none.config.seller).toBeNull();
  const wrong = {
    TOLLBOOK_SELLER_NAME: "Example A/S",
    TOLLBOOK_SELLER_COUNTRY: "Denmark",
    TOLLBOOK_SELLER_IBAN: "DK5100400440116243",
  };
  const faults = readEnvironment(wrong, null);
  // Street and city are missing; the country is no code; the IBAN's check digits are wrong.
  expect(faults.ok ? [] : faults.faults).toHaveLength(4);
});

it("a port that is taken is a sentence that says what to do, not a stack", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: { PATH: process.env["PATH"], TOLLBOOK_API_PORT: String(port), TOLLBOOK_LOG_LEVEL: "silent" },
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  taken.close();
  expect(code).toBe(1);
  expect(said).toContain(`Port ${port} on 127.0.0.1 is taken: stop what uses it, or set TOLLBOOK_API_PORT to another one.`);
  expect(said).not.toContain("    at ");
});

it("the process answers, and ends by itself on SIGTERM", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      PATH: process.env["PATH"],
      TOLLBOOK_API_PORT: "0",
      TOLLBOOK_LOG_LEVEL: "silent",
      NATS_URL: "nats://127.0.0.1:9",
      CLICKHOUSE_URL: "http://127.0.0.1:9",
    },
  });
  const url = await new Promise<string>((resolve) => {
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      const found = /answers on (http:\S+),/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
});

it("the log of the process holds no password, key, cookie or phone number, at any level (S13, S20)", async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: {
      PATH: process.env["PATH"],
      TOLLBOOK_API_PORT: "0",
      TOLLBOOK_LOG_LEVEL: "trace",
      NATS_URL: "nats://user:nats-secret@127.0.0.1:9",
      CLICKHOUSE_URL: "http://user:ch-secret@127.0.0.1:9",
    },
  });
  let said = "";
  const url = await new Promise<string>((resolve) => {
    child.stderr.on("data", (data: Buffer) => (said += data.toString()));
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      const found = /answers on (http:\S+),/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const key = `tb_live_${"ab".repeat(8)}_${"cd".repeat(36)}`;
  const headers = {
    authorization: `Bearer ${key}`,
    cookie: "tollbook_session=cookie-secret",
    "content-type": "application/json",
  };
  await fetch(`${url}/v1/session`, { method: "POST", headers, body: '{"email":"a@b.test","password":"password-secret"}' });
  await fetch(`${url}/v1/accounts/acme/calls?search=33140205050`, { headers });
  await fetch(`${url}/v1/accounts/acme/authorize`, { method: "POST", headers, body: '{"to":"+33140205050"}' });
  await fetch(`${url}/readyz`);
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
  expect(said).toMatch(/NATS cannot be used/);
  for (const secret of ["nats-secret", "ch-secret", "cdcdcd", "cookie-secret", "password-secret", "33140205050"])
    expect(said).not.toContain(secret);
});
