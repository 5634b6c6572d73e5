import type { AccountId } from "@tollbook/contracts/units.ts";

/**
 * What a reader may see: one account, and of it what is settled. The first argument of every report; it comes from the
 * directory and the settled mark, never from a request. `account` alone decides; `p` guards against a row that another
 * partition wrote.
 */
export interface AccountScope {
  readonly account: AccountId;
  readonly p: number;
  readonly settledBatch: number;
}

/** The parameters of `scopeCondition`. */
export const scopeParameters = ({ account, p, settledBatch }: AccountScope): Record<string, unknown> => ({
  account,
  p,
  settledBatch,
});

export const scopeCondition = "account = {account:String} AND p = {p:UInt16} AND batch <= {settledBatch:UInt64}";

/**
 * The rows that stand: the newest version of every leg. A reversal takes the row it names away; a replacement stands in its
 * place, and a void, which has none, stands itself, with nothing charged (`standing`). Not "the largest version", because a
 * replacement may begin at another time and so stand on another page.
 */
export const currentCallsCondition =
  `${scopeCondition} AND (entry != 'reversal' OR outcome = 'voided') AND out_seq NOT IN ` +
  `(SELECT refers_to FROM rated_calls WHERE ${scopeCondition} AND entry = 'reversal')`;

/** A figure of a row that stands: a void's row holds the negated figures of the one it reverses, of which nothing is left. */
export const standing = (column: string): string => `if(entry = 'reversal', 0, ${column})`;
