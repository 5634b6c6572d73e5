import type { Address } from "@tollbook/contracts/command/fields.ts";
import type { Invoice } from "@tollbook/contracts/invoice.ts";
import type { Seller } from "./seller.ts";

/** EN 16931, codes of UNCL 5305: standard, zero rated, exempt, reverse charge, outside the scope of VAT. */
export interface TaxCategory {
  readonly code: "S" | "Z" | "E" | "AE" | "O";
  readonly rateBasisPoints: number;
  /** Needed for E, AE and O, and not allowed for S and Z. */
  readonly reason: string | null;
}

/**
 * A profile has one tax: its label and its rate. Without any, VAT does not apply. At a rate of 0 it is the buyer who owes the tax
 * when both sides have VAT numbers of different countries; else the label says whether it is exempt.
 */
export function taxCategoryOf(invoice: Invoice, seller: Seller, buyer: Address): TaxCategory {
  const [tax] = invoice.totals.tax;
  if (tax === undefined) return { code: "O", rateBasisPoints: 0, reason: "Not subject to VAT" };
  if (tax.rateBasisPoints > 0) return { code: "S", rateBasisPoints: tax.rateBasisPoints, reason: null };
  const [ours, theirs] = [vatCountry(seller.taxNumber), vatCountry(buyer.taxNumber ?? "")];
  if (ours !== null && theirs !== null && ours !== theirs) return { code: "AE", rateBasisPoints: 0, reason: "Reverse charge" };
  if (/exempt|befreit|fritag/i.test(tax.label)) return { code: "E", rateBasisPoints: 0, reason: tax.label };
  return { code: "Z", rateBasisPoints: 0, reason: null };
}

const vatCountry = (number: string): string | null => /^([A-Z]{2})[A-Z0-9]/.exec(number.replaceAll(" ", ""))?.[1] ?? null;
