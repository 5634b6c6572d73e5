import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ProblemCode, RefusalCode } from "@tollbook/contracts/codes.ts";

/** What the API's problem codes and the fold's refusals say to a reader, in their language: reason and way out. */
const problems: Readonly<Record<ProblemCode | "unreachable" | "unexpectedAnswer", MessageDescriptor>> = {
  invalidRequest: msg`The request does not have the documented form`,
  idempotencyKeyMissing: msg`This request moves money and was sent without its key`,
  unauthenticated: msg`E-mail or password is wrong, or the session has ended`,
  forbidden: msg`Your roles do not allow this`,
  notFound: msg`There is no such thing here`,
  refused: msg`The command was refused`,
  idempotencyMismatch: msg`The same purchase was sent before with another amount`,
  payloadTooLarge: msg`The request is too large`,
  unsupportedMediaType: msg`The request has a form that is not accepted`,
  tooManyRequests: msg`Too many requests: wait a moment`,
  meterUnreachable: msg`The meter does not answer`,
  reportsUnreachable: msg`The report database does not answer; live metering goes on`,
  logUnreachable: msg`The event log does not accept anything at the moment`,
  identityProviderUnreachable: msg`The identity provider does not answer; sign in with a password or try again`,
  outboxNotIdle: msg`Payments or invoices of the account are still under way`,
  internal: msg`Something failed on the server; the request id helps to find it`,
  unreachable: msg`No answer from the server. Check the connection and try again.`,
  unexpectedAnswer: msg`The server gave an answer that this page does not understand`,
};

/** What can happen on a page; for any other refusal the server's own words are shown. */
const refusals: Readonly<Partial<Record<Exclude<RefusalCode, ProblemCode>, MessageDescriptor>>> = {
  invalidCommand: msg`A field does not have the documented form.`,
  unknownAccount: msg`There is no such account. Create it first.`,
  accountExists: msg`An account of that name exists already.`,
  accountFrozen: msg`The account is frozen after a broken invariant. Ask the operator.`,
  unknownUser: msg`There is no such user in this organisation.`,
  unknownSubscription: msg`There is no such subscription.`,
  unknownProduct: msg`The catalogue has no such product.`,
  productNotAvailable: msg`The product is not sold in that country.`,
  subscriptionNotActive: msg`The subscription is disabled or deleted. Reactivate it first.`,
  licencesBelowAssigned: msg`The new total is below the number of assigned licences. Unassign some first.`,
  noFreeLicence: msg`All licences are assigned. Raise the total first.`,
  alreadyAssigned: msg`The user holds a licence of this subscription already.`,
  notAssigned: msg`The user holds no licence of this subscription.`,
  secondCallingPlan: msg`A user can hold one calling plan only.`,
  missingPrerequisite: msg`The user needs a phone system licence first.`,
  tooManyUsers: msg`Assign 1 to 20 users, unassign 1 to 100 at a time.`,
  payAsYouGoUnavailable: msg`The option needs a Microsoft Customer Agreement, a product that offers it, and no trial.`,
  creditsNotSold: msg`Credits cannot be bought under this agreement or in this country.`,
  amountOutOfRange: msg`The amount is outside the permitted range. Choose a whole amount from 50 to 10,000.`,
  unknownCall: msg`There is no such call.`,
  callAlreadyVoided: msg`The call is void already.`,
  unknownDeck: msg`There is no such rate deck. Import it first.`,
  unknownPolicy: msg`There is no such dial-out policy.`,
  locationChangeOpen: msg`The usage location can be changed only to a country of the list.`,
};

const all: Readonly<Record<string, MessageDescriptor>> = { ...problems, ...refusals };

/** Null for a code that is newer than this page: then the server's own words count. */
export function problemWords(code: string): MessageDescriptor | null {
  return Object.hasOwn(all, code) ? (all[code] ?? null) : null;
}
