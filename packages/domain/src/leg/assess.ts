import type { DenyReason } from "@tollbook/contracts/codes.ts";
import type { Currency, E164, TimeUs } from "@tollbook/contracts/units.ts";
import { countryOf } from "@tollbook/tariffs/country-of.ts";
import type { RateMatch } from "@tollbook/tariffs/deck.ts";
import { findRate } from "@tollbook/tariffs/find-rate.ts";
import type { RateQuery } from "@tollbook/tariffs/types.ts";
import { isEmergencyNumber, isPremiumNumber, isShortCode } from "@tollbook/tariffs/special-numbers.ts";
import { isDomesticForPlan, isDomesticForPolicy, isInternationalDestination, isZoneA } from "@tollbook/tariffs/territories.ts";
import { snapshotTime } from "../account/account.ts";
import type { Account, AccountSettings } from "../account/account.ts";
import { existsAt, locationAt } from "../account/user.ts";
import type { User } from "../account/user.ts";
import { poolMonthAt } from "../account/pool-month.ts";
import { callTypeRules } from "../catalogue/call-types.ts";
import type { CallTypeRule } from "../catalogue/call-types.ts";
import { findDialOutPolicy } from "../catalogue/dial-out-policies.ts";
import type { DialOutPolicy } from "../catalogue/dial-out-policies.ts";
import { decksAt } from "../decks.ts";
import type { Fold } from "../fold-context.ts";
import { valueAt } from "../history.ts";
import type { Leg } from "./leg.ts";
import { findEntitlement } from "./entitlement.ts";
import type { Entitlement } from "./entitlement.ts";

/** All that decides about a leg, looked up as it stood at the leg's start (D2). Steps 1 to 3 of the waterfall are its `verdict`. */
export interface Assessment {
  /** Why steps 1 to 3 refuse it; null when they do not. */
  readonly verdict: DenyReason | null;
  /** The checks made, in order, for the answer to `authorize`. */
  readonly checks: readonly DenyReason[];
  /** A listed emergency number, or a flagged one: never denied (EM-2, D29). */
  readonly neverDenied: boolean;
  /** FREE: costs nothing by rule. FREECALL: cannot be priced (RT-7). Null: funded by steps 4 to 8. */
  readonly free: "FREE" | "FREECALL" | null;
  /** D14: costs nothing, but only where there are funds. */
  readonly needsFunds: boolean;
  readonly rule: CallTypeRule;
  readonly payer: User | null;
  readonly settings: AccountSettings;
  readonly policy: DialOutPolicy;
  readonly usageLocation: string;
  readonly shortCode: boolean;
  readonly destinationCountry: string;
  readonly destinationName: string;
  readonly context: "Domestic" | "International" | "";
  readonly entitlement: Entitlement;
  readonly rate: RateMatch | null;
  readonly startAt: number;
  readonly snapshotAt: number;
  readonly poolMonth: number;
}

/** What is dialled, as far as rules care. */
interface Destination {
  readonly country: string;
  readonly name: string;
  readonly shortCode: boolean;
  readonly listedEmergency: boolean;
  readonly premium: boolean;
}

export function assess(fold: Fold, account: Account, leg: Leg, startAt: number): Assessment {
  const at = snapshotTime(account, startAt, fold.now);
  const settings = valueAt(account.settings, at);
  const rule = callTypeRules[leg.callType];
  const payer = findPayer(account, leg, rule, at);
  const location = payer === null ? "" : locationAt(payer, at);
  const home = location === "" ? account.country : location;
  const destination = destinationOf(leg, rule, home);
  const policy = policyOf(settings, payer, at);
  // D29: a short code is a FREECALL, so that no minutes pay it either.
  const priced = destination.shortCode ? "" : destination.country;
  const entitlement = findEntitlement(account, rule, payer, at, startAt, priced, destination.premium);
  const tollFree = isTollFree(leg, rule);
  const listed = destination.listedEmergency;
  const checks: DenyReason[] = [];
  const free = freeByRule(rule, listed, tollFree, entitlement);
  const wantsRate = free === null && !destination.shortCode;
  const rate = wantsRate ? rateOf(fold, account, leg, rule, startAt, tollFree) : null;
  return {
    verdict: listed ? null : verdictOf({ at, settings, rule, payer, home, destination, policy, entitlement, tollFree }, checks),
    checks,
    neverDenied: listed || leg.emergency || rule.emergency,
    free: free ?? (rate === null ? "FREECALL" : null),
    needsFunds: leg.callType === "unassigned_in" && !tollFree,
    rule,
    payer,
    settings,
    policy,
    usageLocation: location,
    shortCode: destination.shortCode,
    destinationCountry: destination.country,
    destinationName: rate === null ? destination.name : rate.row.destination,
    context: contextOf(rule, home, destination.country),
    entitlement,
    rate,
    startAt,
    snapshotAt: at,
    poolMonth: poolMonthAt(account, startAt),
  };
}

interface Facts {
  readonly at: number;
  readonly settings: AccountSettings;
  readonly rule: CallTypeRule;
  readonly payer: User | null;
  readonly home: string;
  readonly destination: Destination;
  readonly policy: DialOutPolicy;
  readonly entitlement: Entitlement;
  readonly tollFree: boolean;
}

/** Steps 2 and 3 in the order of D23 (D36): the first that fails. */
function verdictOf(facts: Facts, checks: DenyReason[]): DenyReason | null {
  const { rule, payer, destination, entitlement } = facts;
  checks.push("tenantBlocked");
  if (facts.settings.blocked) return "tenantBlocked";
  // D14: inbound to a user is free, whoever he is; our own carrier is not metered.
  if (rule.payer === "nobody" || rule.payer === "tenant") return null;
  checks.push("userBlocked", "unknownUser");
  if (payer === null) return "unknownUser";
  const block = valueAt(payer.blocks, facts.at);
  if (block !== "") return block;
  checks.push("noPlan");
  if (entitlement.refusal !== null) return entitlement.refusal;
  if (facts.tollFree && rule.payer === "organizer") {
    checks.push("tollFreeNotAllowed");
    const own = valueAt(payer.policies, facts.at).allowTollFree;
    if (!(own ?? facts.settings.allowTollFree)) return "tollFreeNotAllowed";
  }
  if (rule.direction === "inbound") return null;
  return destinationVerdict(facts, destination, checks);
}

/** OP-1 to OP-5, CP-7, D29: policy before destination. */
function destinationVerdict(facts: Facts, destination: Destination, checks: DenyReason[]): DenyReason | null {
  const { policy, rule, home } = facts;
  const control = rule.dialOutControl === "conference" ? policy.conference : rule.dialOutControl === "user" ? policy.user : "any";
  checks.push("policyDisabled", "policyDomesticOnly");
  if (control === "none") return "policyDisabled";
  const known = destination.country !== "" && !destination.shortCode;
  if (control === "domestic" && !(known && isDomesticForPolicy(home, destination.country))) return "policyDomesticOnly";
  if (control === "zoneA") {
    checks.push("policyZoneAOnly");
    if (!(known && isZoneA(destination.country))) return "policyZoneAOnly";
  }
  checks.push("premiumNotAllowed");
  if (destination.premium && !facts.settings.allowPremium) return "premiumNotAllowed";
  checks.push("destinationUnsupported");
  if (known && destination.country !== home && !isInternationalDestination(destination.country)) return "destinationUnsupported";
  return null;
}

function findPayer(account: Account, leg: Leg, rule: CallTypeRule, at: number): User | null {
  const id =
    rule.payer === "organizer"
      ? leg.organizer || leg.user
      : rule.payer === "resourceAccount"
        ? leg.resourceAccount || leg.user
        : leg.user || numberOwner(account, rule.direction === "inbound" ? leg.toE164 : leg.fromE164);
  const user = account.users.get(id);
  return user !== undefined && existsAt(user, at) ? user : null;
}

/** A feed that knows no users names one by the number. */
function numberOwner(account: Account, number: string): string {
  return account.numbers.get(number) ?? "";
}

function policyOf(settings: AccountSettings, payer: User | null, at: number): DialOutPolicy {
  const own = payer === null ? null : valueAt(payer.policies, at).dialOutPolicy;
  return findDialOutPolicy(own ?? settings.dialOutPolicy) as DialOutPolicy;
}

function destinationOf(leg: Leg, rule: CallTypeRule, home: string): Destination {
  if (rule.direction === "inbound") {
    const number = leg.serviceNumber || leg.toE164;
    const origin = number === "" ? null : countryOf(number);
    return {
      country: origin?.country ?? "",
      name: origin?.destination ?? "",
      shortCode: false,
      listedEmergency: false,
      premium: false,
    };
  }
  if (leg.toE164 === "") {
    const dialled = leg.toRaw.startsWith("+") ? leg.toRaw.slice(1) : leg.toRaw;
    const shortCode = isShortCode(dialled);
    const from = leg.dialledFrom || home;
    return {
      country: shortCode ? from : "",
      name: "",
      shortCode,
      listedEmergency: shortCode && isEmergencyNumber(from, dialled),
      premium: false,
    };
  }
  const origin = countryOf(leg.toE164);
  return {
    country: origin?.country ?? "",
    name: origin?.destination ?? "",
    shortCode: false,
    listedEmergency: false,
    premium: isPremiumNumber(leg.toE164),
  };
}

/** A service number's kind; where the feed does not say, the freephone area codes do. */
export function isTollFree(leg: Pick<Leg, "numberType" | "serviceNumber" | "toE164">, rule: CallTypeRule): boolean {
  if (rule.direction === "outbound" || rule.payer === "nobody") return false;
  if (leg.numberType !== "") return leg.numberType === "tollFree";
  return countryOf(leg.serviceNumber || leg.toE164)?.destination === "North America toll-free";
}

/** What costs nothing by rule: CP-1, EM-2, direct routing, toll numbers (AC-1, D14, §8.3). */
function freeByRule(rule: CallTypeRule, listedEmergency: boolean, tollFree: boolean, entitlement: Entitlement): "FREE" | null {
  if (rule.payer === "nobody" || listedEmergency) return "FREE";
  if (rule.direction === "inbound" && !tollFree && !entitlement.payPerMinute) return "FREE";
  return null;
}

function rateOf(
  fold: Fold,
  account: Account,
  leg: Leg,
  rule: CallTypeRule,
  startAt: number,
  tollFree: boolean,
): RateMatch | null {
  const query = rateQuery(leg, rule, startAt, tollFree, account.currency);
  if (query === null) return null;
  const anew = fold.rerateDeck === null ? null : findRate([fold.rerateDeck], query);
  return anew ?? findRate(decksAt(fold, startAt - (fold.now - fold.logNow)), query);
}

/** What a deck is asked for; null where there is no number to be priced. */
export function rateQuery(
  leg: Pick<Leg, "toE164" | "serviceNumber" | "fromE164">,
  rule: CallTypeRule,
  startAt: number,
  tollFree: boolean,
  currency: Currency,
): RateQuery | null {
  const number = rule.direction === "outbound" ? leg.toE164 : leg.serviceNumber || leg.toE164;
  if (number === "") return null;
  return {
    direction: rule.direction,
    number: number as E164,
    numberClass: rule.direction === "outbound" ? null : tollFree ? "tollFree" : "toll",
    origin: leg.fromE164 === "" ? null : (leg.fromE164 as E164),
    currency,
    at: startAt as TimeUs,
  };
}

function contextOf(rule: CallTypeRule, home: string, destination: string): "Domestic" | "International" | "" {
  if (rule.direction === "inbound" || destination === "") return "";
  return isDomesticForPlan(home, destination) ? "Domestic" : "International";
}
