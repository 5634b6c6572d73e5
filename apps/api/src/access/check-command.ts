import { commandTypes, type CommandType } from "@tollbook/contracts/commands.ts";
import type { BelongsView, UserView } from "@tollbook/contracts/views.ts";
import type { FastifyRequest } from "fastify";
import { askMeter } from "../ask-meter.ts";
import type { LogClient } from "../log/log-client.ts";
import { ApiProblem } from "../problem.ts";
import { commandPermissions, operatorMembers, ownCommands } from "./command-permissions.ts";
import { subjectsOf, type CommandSubject } from "./command-subject.ts";
import { missingPermission } from "./forbidden.ts";
import type { Held } from "./held.ts";
import type { Permission } from "./permissions.ts";
import { accountOf, heldOf, isOperator, principalOf, type Principal } from "./principal.ts";
import { isBuyer } from "./visible.ts";

type Data = Readonly<Record<string, unknown>>;

declare module "fastify" {
  interface FastifyRequest {
    /** The command that was checked, with what it touches; giving another one, or about something else, checks that. */
    checkedCommand?: string;
  }
}

/** Before the body is read: is there anything of this kind that he who asks may do? Throws ApiProblem `forbidden`. */
export function mayGiveSome(request: FastifyRequest, command: CommandType | "any"): void {
  const held = heldOf(request);
  const principal = principalOf(request);
  const types = command === "any" ? commandTypes : [command];
  const may = (type: CommandType): boolean => {
    const needed = commandPermissions[type];
    if (needed === "system") return false;
    if (needed === "operator") return mayOperate(principal, held);
    return neededFor(type, needed).some((permission) => held.anywhere(permission));
  };
  if (types.some(may)) return;
  const [type = "account.settings"] = types;
  refuse(request, command === "any" ? "account.settings" : type);
}

/** Once the body was read, before it is checked against its schema, so that he who may not learns nothing about its form. */
export async function checkCommandBody(request: FastifyRequest, log: LogClient, command: CommandType | "any"): Promise<void> {
  const body = isRecord(request.body) ? request.body : {};
  if (command !== "any")
    return await checkCommand(request, log, command, { ...body, ...(request.params as Record<string, string>) });
  const type = commandTypes.find((known) => known === body["type"]);
  // An unknown type is refused by the schema.
  if (type !== undefined) await checkCommand(request, log, type, isRecord(body["data"]) ? body["data"] : {});
}

/**
 * May he who asks give this command about this? Roles that hold for one billing account or profile, and what one bought for
 * oneself, are compared with what the meter knows of the subject. Rejects with ApiProblem `forbidden`, `meterUnreachable`.
 */
export async function checkCommand(request: FastifyRequest, log: LogClient, type: CommandType, data: Data): Promise<void> {
  const subjects = subjectsOf(type, data);
  const checked = JSON.stringify([type, subjects]);
  if (request.checkedCommand === checked) return;
  const held = heldOf(request);
  const needed = commandPermissions[type];
  if (needed === "system") refuse(request, type);
  if (needed === "operator") {
    if (!mayOperate(principalOf(request), held)) refuse(request, type);
  } else if (!held.everywhere(needed)) {
    const ask = async (about: CommandSubject): Promise<BelongsView | null> => await belongs(request, log, about);
    const allowed =
      (held.anywhere(needed) && (await inScope(request, needed, type, subjects, data, ask))) ||
      (ownCommands.has(type) && held.anywhere("ownSubscriptions") && (await isOwn(request, type, data, ask))) ||
      (type === "user.set" && (await maySetParts(request, log, data)));
    const where = subjects.map(({ kind, id }) => `${kind} ${id}`).join(", ");
    if (!allowed) refuse(request, type, held.anywhere(needed) && where !== "" ? where : undefined);
  }
  const theirs = operatorMembers[type]?.find((member) => data[member] !== undefined);
  if (theirs !== undefined && !mayOperate(principalOf(request), held))
    throw new ApiProblem("forbidden", {
      detail: `${theirs} of ${type} is set by an operator of the installation.`,
      hint: "Leave it out: the catalogue's price and what was agreed hold.",
    });
  // "Sign agreements" is the billing account owner's and contributor's.
  if (type === "account.settings" && data["agreement"] !== undefined && !held.everywhere("manageBillingAccount"))
    throw missingPermission(["manageBillingAccount"], principalOf(request), held);
  if (type === "user.set" && data["numbers"] !== undefined && !held.everywhere("manageNumbersAndPolicies"))
    throw missingPermission(["manageNumbersAndPolicies"], principalOf(request), held);
  request.checkedCommand = checked;
}

type Ask = (about: CommandSubject) => Promise<BelongsView | null>;

async function inScope(
  request: FastifyRequest,
  needed: Permission,
  type: CommandType,
  subjects: readonly CommandSubject[],
  data: Data,
  ask: Ask,
): Promise<boolean> {
  const held = heldOf(request);
  for (const subject of subjects) {
    if (subject.kind === "billingAccount") {
      if (!held.inBillingAccount(needed, subject.id)) return false;
      continue;
    }
    const found = await ask(subject);
    // A profile that is yet to be made is the business of the billing account that it will be in.
    const account = typeof data["billingAccount"] === "string" ? data["billingAccount"] : "main";
    if (found === null && type === "billingProfile.set" && held.inBillingAccount(needed, account)) continue;
    // An invoice or payment of the organisation as a whole is in no profile.
    if (found === null || found.billingProfile === "") return false;
    if (!held.inProfile(needed, found.billingProfile, found.billingAccount)) return false;
  }
  return subjects.length > 0;
}

/** SS-1: his own purchase, or one that he makes for himself now. */
async function isOwn(request: FastifyRequest, type: CommandType, data: Data, ask: Ask): Promise<boolean> {
  const principal = principalOf(request);
  if (principal.kind !== "person") return false;
  if (type === "paymentMethod.add") return true;
  // Whether he is that buyer is the fold's to say, which knows people by their ids, too.
  if (type === "subscription.buy") return typeof data["buyer"] === "string";
  const id = data["subscription"];
  if (typeof id !== "string") return false;
  const found = await ask({ kind: "subscription", id });
  return found !== null && isBuyer(request, found);
}

/**
 * Who may not create users may still change what is his of one there is: the usage location (License administrator), the
 * numbers (Teams administrator). Everything else must be as it stands.
 */
async function maySetParts(request: FastifyRequest, log: LogClient, data: Data): Promise<boolean> {
  const held = heldOf(request);
  if (!held.everywhere("setUsageLocation") && !held.everywhere("manageNumbersAndPolicies")) return false;
  const id = data["user"];
  if (typeof id !== "string") return false;
  const user = (await orNull(askMeter(log, accountOf(request), { view: "user", user: id }))) as UserView | null;
  if (user === null) return false;
  const kept = (member: "displayName" | "userPrincipalName" | "kind" | "department"): boolean =>
    data[member] === undefined || data[member] === user[member];
  const sameLocation = data["usageLocation"] === user.usageLocation;
  return (
    kept("displayName") &&
    kept("userPrincipalName") &&
    kept("kind") &&
    kept("department") &&
    (sameLocation || held.everywhere("setUsageLocation"))
  );
}

/** Null: there is no such thing, which somebody whose role ends at a profile learns as little as whose it is. */
async function belongs(request: FastifyRequest, log: LogClient, { kind, id }: CommandSubject): Promise<BelongsView | null> {
  return (await orNull(askMeter(log, accountOf(request), { view: "belongs", kind, id }))) as BelongsView | null;
}

async function orNull(asked: Promise<object>): Promise<object | null> {
  return await asked.catch((error: unknown) => {
    if (error instanceof ApiProblem && error.problem === "notFound") return null;
    throw error;
  });
}

/** A system with everything in the account stands for the installation there; no member does, whatever his roles. */
function mayOperate(principal: Principal, held: Held): boolean {
  return isOperator(principal) || (principal.kind === "key" && held.everywhere("manageKeys"));
}

/** Any of these opens the door; what exactly is touched decides then. */
function neededFor(type: CommandType, needed: Permission): Permission[] {
  return [
    needed,
    ...(ownCommands.has(type) ? (["ownSubscriptions"] as const) : []),
    ...(type === "user.set" ? (["setUsageLocation", "manageNumbersAndPolicies"] as const) : []),
  ];
}

function refuse(request: FastifyRequest, type: CommandType, where?: string): never {
  const needed = commandPermissions[type];
  if (needed !== "system" && needed !== "operator")
    throw missingPermission([needed], principalOf(request), heldOf(request), where);
  throw new ApiProblem("forbidden", {
    detail: `${type} is given by ${needed === "system" ? "this software alone" : "an operator of the installation"}.`,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
