/** What every scenario shares: where to, as whom, and the sample calls. Everything comes from the environment (`k6 run -e`). */

export const baseUrl = required("BASE_URL");
export const apiKey = required("API_KEY");
export const account = required("ACCOUNT");
export const duration = __ENV["DURATION"] ?? "30s";

/** Distinguishes runs, so that a second run's calls are new ones. */
const run = __ENV["RUN"] ?? String(Date.now());
const users = (__ENV["USERS"] ?? "load-1,load-2,load-3,load-4").split(",");
/** Prefixes of the sample deck: Germany, France, Great Britain, United States, Denmark. */
const destinations = ["+493012345678", "+33140205050", "+442071234567", "+12015550123", "+4533123456"];

export function number(name: string, fallback: number): number {
  const text = __ENV[name];
  if (text === undefined || text === "") return fallback;
  if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}

interface CloudEvent {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}

/** A finished call of 1 to 300 seconds that ended just now. */
export function endedCall(n: number): CloudEvent {
  const ended = Date.now();
  const seconds = 1 + ((n * 7919) % 300);
  return event("ended", `${run}-${n}`, {
    answeredAt: new Date(ended - seconds * 1000).toISOString(),
    endedAt: new Date(ended).toISOString(),
    ...parties(n),
  });
}

export function authorization(n: number): CloudEvent {
  return event("authorize", `a-${run}-${n}`, { setupAt: new Date().toISOString(), ...parties(n) });
}

/** The authorised call was never answered: its reservation is released. */
export function endOf(n: number): CloudEvent {
  return event("rejected", `a-${run}-${n}`, { endedAt: new Date().toISOString(), end: { by: "callee", q850: 17 } });
}

function parties(n: number): Record<string, unknown> {
  return {
    callType: "user_out",
    direction: "outbound",
    user: users[n % users.length],
    from: "+4930901820",
    to: destinations[n % destinations.length],
  };
}

function event(what: string, usageId: string, data: Record<string, unknown>): CloudEvent {
  return {
    specversion: "1.0",
    id: `${usageId}:${what}`,
    source: "/loadtest/k6",
    type: `telephony.call.${what}.v1`,
    time: new Date().toISOString(),
    data: { usageId, callId: usageId, legId: "1", ...data },
  };
}

function required(name: string): string {
  const value = __ENV[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is missing. Run the scenarios with ./tollbook load, which sets it.`);
  return value;
}
