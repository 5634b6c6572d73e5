import { formatMicros } from "@tollbook/contracts/units.ts";
import { rememberLater } from "../fold-context.ts";
import { packClosed } from "../leg/closed-leg.ts";
import { recount } from "../leg/late.ts";
import { reverseRow } from "../leg/reverse.ts";
import { accepted } from "./outcome.ts";
import type { Handler } from "./outcome.ts";
import { askForCall } from "./stored-call.ts";
import type { StoredCallHandler } from "./stored-call.ts";

/** D11: takes a rated call back. */
export const voidCall: Handler<"call.void"> = (fold, account, data, context) =>
  askForCall(fold, account, "call.void", data, context);

export const voidStored: StoredCallHandler<"call.void"> = (
  fold,
  account,
  { usageId },
  { row, key, state, connectedMs, mark },
) => {
  reverseRow(fold, account, row, "void");
  recount(fold, state, "VOIDED");
  rememberLater(fold, key, connectedMs, mark, packClosed("VOIDED", null, row.version));
  return accepted(usageId, {
    usageId,
    version: row.version,
    refunded: formatMicros(row.amountMicros),
    poolMinutes: row.poolMinutes,
    currency: account.currency,
  });
};
