/**
 * Every code an outsider can meet. A code is documented by its entry here; `docs/errors.md` is generated from it.
 */

/** Why a leg was denied or is unfunded (domain WF-2, D13, D23). The order is the order of the checks. */
export const denyReasons = [
  "tenantBlocked",
  "adminBlock",
  "fraudSuspected",
  "userBlocked",
  "unknownUser",
  "noPlan",
  "noPaygPlan",
  "subscriptionDisabled",
  "policyDisabled",
  "policyDomesticOnly",
  "policyZoneAOnly",
  "tollFreeNotAllowed",
  "premiumNotAllowed",
  "destinationUnsupported",
  "noRate",
  "spendLimit",
  "poolExhausted",
  "noCreditsLicense",
  "creditsExhausted",
  "payAsYouGoOff",
] as const;
export type DenyReason = (typeof denyReasons)[number];

/** What became of one event (D20): these seven add up to the events accepted, per account and hour of log time. */
export const eventOutcomes = ["applied", "duplicate", "confirmed", "conflict", "quarantined", "deadLettered", "refused"] as const;
export type EventOutcome = (typeof eventOutcomes)[number];

/** Why an event was dead-lettered (unreadable), quarantined (readable, but impossible or too late) or refused. */
export const rejectReasons = {
  notJson: "The payload is not JSON. Send CloudEvents 1.0 in JSON.",
  notCloudEvent: "specversion, id, source or type is missing. See contract §1.",
  unknownType: "The event type is not one of telephony.call.*.v1.",
  badField: "A field has the wrong form; the detail names it.",
  tooLarge: "One event may have at most 64 KiB.",
  unknownVersion: "The version of the event type is not known here.",
  wrongAccount: "The feeder may not speak for that account, or the account is in another partition.",
  unknownAccount: "No such account yet. The event is kept and can be replayed once the account exists.",
  endBeforeStart: "endedAt is before answeredAt.",
  inFuture: "The leg starts more than 5 minutes after the log's time.",
  tooOld: "The leg started more than 12 months before the log's time.",
  accountFrozen: "The account is frozen after a broken invariant; its events wait for an operator.",
} as const;
export type RejectReason = keyof typeof rejectReasons;

/** Why a command was refused. A refusal changes nothing. */
export const refusalCodes = {
  invalidCommand: "The command's data do not have the documented form; the detail names the field.",
  unknownAccount: "There is no such account. Create it first.",
  accountExists: "An account of that name exists already.",
  accountFrozen: "The account is frozen after a broken invariant. Ask the operator.",
  idempotencyMismatch: "The same Idempotency-Key was used before with other content. Use a new key.",
  forbidden: "Your roles do not allow this; the detail names the role that is missing.",
  unknownUser: "There is no such user in this organisation.",
  unknownSubscription: "There is no such subscription.",
  unknownProduct: "The catalogue has no such product.",
  productNotAvailable: "The product is not sold in that country.",
  subscriptionNotActive: "The subscription is Disabled or Deleted. Reactivate it first.",
  licencesBelowAssigned: "The new total is below the number of assigned licences. Unassign some first.",
  licencesFixed:
    "The number of licences cannot be changed here: a trial, a credit check, a product key or a reseller (SS-3, SB-3).",
  noFreeLicence: "All licences are assigned. Raise the total first.",
  alreadyAssigned: "The user holds a licence of this subscription already.",
  notAssigned: "The user holds no licence of this subscription.",
  secondCallingPlan: "A user can hold one calling plan only (D17).",
  missingPrerequisite: "The user needs a phone system licence first (CP-2).",
  tooManyUsers: "Assign 1 to 20 users, unassign 1 to 100 at a time.",
  trialNotOffered: "There is no trial of this product, or the organisation has had its one trial of it (SB-3).",
  notATrial: "The subscription is no trial that can be converted.",
  notReactivatable: "Only an Expired or Disabled subscription can be reactivated; a trial is converted instead.",
  invoiceUnpaid: "The subscription is Disabled for an unpaid invoice. Pay it, then it goes on by itself (PM-3).",
  tooManyLicencesToCancel: "More than 25 licences cannot be cancelled online. Reduce their number first (SB-2).",
  selfServiceNotOffered: "The product cannot be bought by members for themselves (SS-1).",
  selfServiceDisabled: "The organisation does not allow this purchase or trial of the product (SS-9). Ask a Billing admin.",
  selfServiceOwned: "A member bought it for himself: only he may change it, unless it is taken over (SS-8).",
  notSelfService: "The organisation itself bought the subscription: there is nothing to take over.",
  paymentMethodNeeded: "Who buys for himself pays with his own credit card: add it and name it (SS-1).",
  quotaExceeded: "The quota does not allow so many; the detail says how many are left (CP-14, RA-1).",
  unknownNumber: "The organisation has no such number, or no such reservation.",
  numberTaken: "The number is reserved or held already.",
  numberInUse: "The number is assigned. Unassign it first.",
  numberNotSuited: "A number of that kind cannot be assigned to this (NM-1).",
  reservationLapsed: "The order came more than ten minutes after the reservation. Reserve the numbers anew (CP-14).",
  creditsNeeded: "Toll-free numbers need Communications Credits, or pay-as-you-go switched on (NM-1).",
  payAsYouGoUnavailable: "The option needs a Microsoft Customer Agreement, a tagged product and no trial (D5).",
  creditsNotSold: "Credits cannot be bought under this agreement or in this country (CC-11, CC-12).",
  amountOutOfRange: "The amount is outside the documented range (CC-3).",
  unknownCall: "There is no such call.",
  callAlreadyVoided: "The call is void already.",
  callNotFinished: "The call is still going on. It can be corrected once it has ended.",
  callChanged: "The call was changed meanwhile. Look at it again, then decide.",
  callUnchanged: "The call says so already, or its price would be the same: nothing to change.",
  callTimesInvalid: "The call would end before it was answered, lie in the future or be older than 12 months.",
  callInOtherCurrency: "The call was charged in the account's former currency (edge 25). Give a credit note instead.",
  eventNotReleased: "The event contradicts itself, lies in the future or belongs to another account; the detail says which.",
  callNotPriced: "The deck cannot price the call anew; the detail says why (RT-7, D1).",
  unknownDeck: "There is no such rate deck. Import it first.",
  unknownPolicy: "There is no such dial-out policy. See OP-2 for the twelve.",
  unknownProposal: "There is no such proposal, or it was decided.",
  secondPersonNeeded: "Another person than the one who proposed it must approve it.",
  unknownBillingAccount: "There is no such billing account.",
  unknownBillingProfile: "There is no such billing profile.",
  profileInUse:
    "The profile's period, zone and billing account cannot change once something is invoiced on it. Make another profile.",
  seriesInUse: "The prefix of invoice numbers cannot change once one was given.",
  unknownPaymentMethod: "There is no such payment method. Add it first.",
  methodNotAccepted: "The card must be issued in the organisation's country and not have expired (PM-2).",
  methodInUse: "A billing profile or a payment uses the method. Replace it there first (PM-2).",
  unknownPayment: "There is no such payment.",
  paymentNotOpen: "The payment is not under way: it was booked before, or nothing is to be tried again.",
  unknownInvoice: "There is no such invoice.",
  invoiceNotClosed: "The invoice's period or its grace is not over yet.",
  invoiceHashMismatch: "The totals verified are not those the invoice was closed with.",
  invoiceNotOpen: "The invoice is void already.",
  creditsInOtherCurrency: "The credits hold money in the old currency. Use them up first (edge 25).",
  callsRunning: "Calls are running. Try again when they have ended.",
  unknownBudget: "There is no such budget.",
  tooManyBudgets: "An organisation can have 100 budgets. Delete one that is no longer needed.",
  lastOwner:
    "Nobody else who can sign in holds the role: give it to another member first, or ask the operator of the installation.",
  noTestClock: "The account has no test clock. It is given when the account is created.",
  locationChangeOpen: "The usage location can be changed only to a country of the list.",
} as const;
export type RefusalCode = keyof typeof refusalCodes;

/** Problem types of the HTTP API (RFC 9457); the `type` is `/problems/<code>`. */
export const problemCodes = {
  invalidRequest: { status: 400, title: "The request does not have the documented form" },
  idempotencyKeyMissing: { status: 400, title: "This request moves money: send an Idempotency-Key header" },
  unauthenticated: { status: 401, title: "Sign in, or send a valid API key" },
  forbidden: { status: 403, title: "Your roles do not allow this" },
  notFound: { status: 404, title: "There is no such thing here" },
  refused: { status: 422, title: "The command was refused" },
  idempotencyMismatch: { status: 422, title: "The Idempotency-Key was used before with other content" },
  payloadTooLarge: { status: 413, title: "The request is too large" },
  unsupportedMediaType: { status: 415, title: "Send one of the documented content types" },
  tooManyRequests: { status: 429, title: "Too many requests: wait as Retry-After says" },
  meterUnreachable: { status: 503, title: "The meter does not answer" },
  reportsUnreachable: { status: 503, title: "The report database does not answer; live metering goes on" },
  logUnreachable: { status: 503, title: "The event log does not accept events: keep them and send them again" },
  outboxNotIdle: { status: 503, title: "A payment or an invoice that fell due is not dealt with yet" },
  identityProviderUnreachable: { status: 503, title: "The identity provider does not answer; signing in with a password works" },
  internal: { status: 500, title: "Something failed here; the request id helps to find it" },
} as const;
export type ProblemCode = keyof typeof problemCodes;
