import type { AuthorizeAnswer, CallControl, CommandAnswer, FundingSource } from "@tollbook/contracts/answers.ts";
import type { CallEvent, CallType, NumberType } from "@tollbook/contracts/call-event.ts";
import type { DenyReason, EventOutcome, RejectReason } from "@tollbook/contracts/codes.ts";
import type { Command } from "@tollbook/contracts/commands.ts";
import type { DeckActivation } from "@tollbook/contracts/deck.ts";
import type { NoticeType } from "@tollbook/contracts/notices.ts";
import type { AccountId, FeederId, Micros, Seconds, TimeUs, UsageId } from "@tollbook/contracts/units.ts";
import type { RateDeck } from "@tollbook/tariffs/deck.ts";

/**
 * What goes into the fold and what comes out (architecture §4): `apply(state, entry, at, decks) -> Output[]`.
 * The shell (apps/meter) reads the log, calls `apply` once per entry in log order, and delivers the outputs.
 */

/** Where an entry stands in its partition's log. A packed message holds several events: `index` counts them from 0. */
export interface LogPosition {
  readonly seq: number;
  readonly index: number;
  /** The stream's own timestamp. The fold uses max(last, time). */
  readonly time: TimeUs;
}

/** One entry of the ordered log, decoded by the shell. */
export type LogEntry =
  | { readonly kind: "call"; readonly event: CallEvent; readonly reply: string | null }
  | { readonly kind: "command"; readonly account: AccountId; readonly command: Command; readonly reply: string | null }
  /** A command whose data are malformed: answered `invalidCommand` and counted, changes nothing. */
  | {
      readonly kind: "badCommand";
      readonly account: AccountId;
      readonly commandId: string | null;
      readonly detail: string;
      readonly reply: string | null;
    }
  /** What the shell could not decode or may not accept: counted, and kept whole in `dead_letters`. */
  | {
      readonly kind: "rejected";
      readonly outcome: "deadLettered" | "refused" | "quarantined";
      readonly reason: RejectReason;
      readonly detail: string;
      readonly account: AccountId | null;
      readonly feeder: FeederId | null;
      readonly payload: string;
    }
  /** Published by the partition's owner once a minute of log time; a minute seen before is ignored. */
  | { readonly kind: "tick"; readonly minute: number }
  | { readonly kind: "install"; readonly fact: InstallFact }
  /** The answer to a `lookUp` output: was this leg stored before? Carries the event it was asked for. */
  | {
      readonly kind: "lookedUp";
      readonly event: CallEvent;
      /** The stored leg as rows of `rated_calls` in order of out_seq; empty: certainly new. */
      readonly stored: readonly CallRow[];
      readonly reply: string | null;
      /**
       * A deck beside those in force that the leg is priced with: the shell had it before it wrote this entry, and loads it before
       * it hands the entry over. Absent or null: none, or none that the shell could find.
       */
      readonly deckId?: string | null;
    };

/** Installation-wide facts, copied in order from the stream INSTALL into every partition's log. */
export type InstallFact = { readonly type: "deck.activate"; readonly activation: DeckActivation; readonly installSeq: number };

/** Decks by id. The shell loads a deck before it hands over the entry that activates it. */
export interface DeckSource {
  get(deckId: string): RateDeck | undefined;
}

/** A part of a leg paid by one funding source (WF-1). */
export interface Segment {
  readonly source: FundingSource;
  /** Pool key, lot id or subscription. */
  readonly ref: string | null;
  /** Whole included minutes taken; 0 for money. */
  readonly minutes: number;
  /** Seconds this segment covers; 0 where money is split inside a paid part (D8). */
  readonly seconds: Seconds;
  readonly amountMicros: Micros;
}

/** One side of a double entry. `unit` is a currency, or MIN for included minutes. All postings of a row sum to zero per unit. */
export interface Posting {
  readonly ledger: string;
  readonly unit: string;
  readonly amount: number;
}

export type LegOutcome = "rated" | "denied" | "abandoned" | "voided";

/** One row of `rated_calls`: a leg's result, or the reversal of an earlier one. Rows are only ever added. */
export interface CallRow {
  /** Contiguous per partition from 1; given by the fold. */
  readonly outSeq: number;
  readonly logSeq: number;
  readonly logIndex: number;
  readonly logTime: TimeUs;
  readonly account: AccountId;
  readonly usageId: UsageId;
  readonly version: number;
  /** A reversal carries the negated amounts of the row it names; a replacement follows it. */
  readonly entry: "original" | "reversal" | "replacement";
  /** The out_seq of the row this one reverses or replaces; 0 for an original. */
  readonly refersTo: number;
  readonly outcome: LegOutcome;
  /** Why it was denied or is unfunded; null when fully funded. */
  readonly reason: DenyReason | null;
  readonly callId: string;
  readonly legId: string;
  readonly parentLegId: string;
  readonly linkedId: string;
  readonly conferenceId: string;
  readonly source: string;
  readonly feeder: FeederId;
  readonly callType: CallType;
  readonly direction: "inbound" | "outbound";
  readonly fromRaw: string;
  readonly fromE164: string;
  readonly toRaw: string;
  readonly toE164: string;
  readonly user: string;
  readonly organizer: string;
  readonly resourceAccount: string;
  readonly department: string;
  readonly serviceNumber: string;
  readonly numberType: NumberType | "";
  readonly emergency: boolean;
  /** 0 where unknown. */
  readonly setupAt: TimeUs;
  /** Start of the leg (D3): decides period, rate and month. */
  readonly startAt: TimeUs;
  readonly answeredAt: TimeUs;
  readonly endedAt: TimeUs;
  readonly usedMs: number;
  /** ceil(end − answer), before increments (D22). */
  readonly billableSeconds: Seconds;
  /** The switch's own figure; -1 where it gave none. */
  readonly reportedSeconds: number;
  readonly endedBy: string;
  readonly q850: number;
  readonly sip: number;
  /** Pool month as year * 100 + month in the account's zone. */
  readonly poolMonth: number;
  readonly usageLocation: string;
  readonly destinationCountry: string;
  readonly destinationName: string;
  readonly destinationContext: "Domestic" | "International" | "";
  /** Service-plan code the leg counted under (§8.3), e.g. MCOPSTN1, MCOPSTNPP. */
  readonly capability: string;
  readonly subscription: string;
  readonly currency: string;
  readonly amountMicros: Micros;
  readonly connectFeeMicros: Micros;
  readonly poolMinutes: number;
  /** Seconds charged for the paid part, after increments. */
  readonly chargedSeconds: Seconds;
  readonly segments: readonly Segment[];
  readonly postings: readonly Posting[];
  /** JSON: the rate's proof and the snapshots (plan, policy, switch, mode, deck) as they stood. Empty for unanswered legs. */
  readonly proof: string;
  /** The invoice that its overage is on, and the key of the line (architecture §5). Empty: nothing to invoice. */
  readonly invoice: string;
  readonly invoiceLine: string;
}

/** One row of `account_events`: a command, a refusal, a state change, an expiry: everything but legs. */
export interface AccountEventRow {
  readonly outSeq: number;
  readonly logSeq: number;
  readonly logIndex: number;
  readonly logTime: TimeUs;
  readonly account: AccountId;
  /** e.g. "command.subscription.buy", "pool.warning", "credits.expired". */
  readonly type: string;
  readonly outcome: "accepted" | "refused" | "fact";
  readonly actorKind: string;
  readonly actorId: string;
  readonly commandId: string;
  /** The user, subscription, lot or call it is about. */
  readonly subject: string;
  readonly currency: string;
  readonly amountMicros: Micros;
  /** Credit balance after it. */
  readonly balanceMicros: Micros;
  readonly postings: readonly Posting[];
  /** JSON. */
  readonly data: string;
  /** The account's own time: the log's, unless it has a test clock. */
  readonly at: TimeUs;
  /** The invoice that the amount is on, and the key of the line. Empty: none. */
  readonly invoice: string;
  readonly invoiceLine: string;
}

/** One row of `dead_letters`: kept whole, never billed. */
export interface DeadLetterRow {
  readonly outSeq: number;
  readonly logSeq: number;
  readonly logIndex: number;
  readonly logTime: TimeUs;
  readonly account: string;
  readonly feeder: string;
  readonly outcome: Extract<EventOutcome, "deadLettered" | "quarantined" | "refused" | "conflict">;
  readonly reason: string;
  readonly detail: string;
  readonly payload: string;
}

/** When each leaves is the shell's business: see architecture §4, "Outputs leave at the right moment". */
export type Output =
  | { readonly kind: "call"; readonly row: CallRow }
  | { readonly kind: "accountEvent"; readonly row: AccountEventRow }
  | { readonly kind: "deadLetter"; readonly row: DeadLetterRow }
  | { readonly kind: "reply"; readonly to: string; readonly body: AuthorizeAnswer | CommandAnswer }
  | { readonly kind: "control"; readonly account: AccountId; readonly body: CallControl }
  /** Ask ClickHouse whether this leg is stored already; log the answer as `lookedUp`. */
  | {
      readonly kind: "lookUp";
      readonly account: AccountId;
      readonly usageId: UsageId;
      readonly event: CallEvent;
      readonly reply: string | null;
      /** Rows up to this one must be settled before the answer: else it could be older than the question. */
      readonly outSeq: number;
      /** The deck that the leg is to be priced with, when the answer is folded (§12.17). Null: none is asked for. */
      readonly deckId: string | null;
    }
  /** Ask the payment port to charge; the result comes back as the command `payment.result`. */
  | {
      readonly kind: "payment";
      readonly account: AccountId;
      /** With the attempt, what the provider must charge at most once for. */
      readonly payment: string;
      readonly attempt: number;
      readonly purpose: PaymentPurpose;
      /** The recharge, top-up or invoice paid for. */
      readonly subject: string;
      /** Null: the billing profile has none, which fails at once. */
      readonly method: { readonly method: string; readonly provider: string; readonly token: string } | null;
      readonly amountMicros: Micros;
      readonly currency: string;
      readonly at: TimeUs;
    }
  /** Tell people. Leaves once what it is about is settled; `key` is the same whenever it is sent again. */
  | {
      readonly kind: "notice";
      readonly account: AccountId;
      readonly notice: NoticeType;
      readonly key: string;
      /** People beside those whom the notice's own roles name: e-mail addresses or user ids. */
      readonly people: readonly string[];
      readonly data: Readonly<Record<string, string>>;
      readonly at: TimeUs;
    }
  /** A period is over and its grace too: compare these totals with what is stored, then say so by `invoice.verified`. */
  | {
      readonly kind: "invoiceClosed";
      readonly account: AccountId;
      readonly invoice: string;
      readonly hash: string;
      /** What is stored must sum to this, line by line: calls and events that carry the invoice. */
      readonly lines: readonly { readonly line: string; readonly amountMicros: Micros; readonly rows: number }[];
      readonly at: TimeUs;
    };

export type PaymentPurpose = "recharge" | "topUp" | "invoice";
