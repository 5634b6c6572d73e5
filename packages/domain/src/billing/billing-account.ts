import type { Address } from "@tollbook/contracts/command/fields.ts";

/** One legal entity that is sold to (C: manage billing accounts). Its invoices share one gapless series of numbers. */
export interface BillingAccount {
  readonly id: string;
  displayName: string;
  soldTo: Address | null;
  /** In front of the number; no other billing account of the organisation has the same. */
  prefix: string;
  nextNumber: number;
}

/** How a part of what is bought is invoiced and paid; every profile has invoices of its own. */
export interface BillingProfile {
  readonly id: string;
  readonly billingAccount: string;
  displayName: string;
  billTo: Address | null;
  purchaseOrder: string;
  /** Day of month on which a period begins, 1 to 28. */
  readonly anchorDay: number;
  /** Invoice periods are in UTC unless set otherwise (D18). */
  readonly timeZone: string;
  /** Days from the invoice date until payment is due (IN-2: 30). */
  netDays: number;
  /** The notice of an invoice carries its PDF (IN-3). */
  emailPdf: boolean;
  tax: Tax | null;
  discount: Discount | null;
  /** Empty: none; invoices are then paid by transfer. */
  paymentMethod: string;
  /** By currency: owed to the customer by credit notes; pays the next invoice in that currency (edge 25). */
  readonly creditMicros: Record<string, number>;
  /** Drafts that are not closed, oldest first. */
  drafts: string[];
}

export interface Tax {
  readonly label: string;
  readonly rateBasisPoints: number;
  readonly inclusive: boolean;
}

export interface Discount {
  readonly label: string;
  readonly basisPoints: number;
  readonly on: "licences" | "usage" | "all";
}

/** What every organisation begins with, and what takes charges that name no other. */
export const MAIN = "main";
const NET_DAYS = 30;

export function createBillingAccount(id: string, displayName: string): BillingAccount {
  return { id, displayName, soldTo: null, prefix: prefixOf(id), nextNumber: 1 };
}

/** Of a billing account that was given none. */
export function prefixOf(billingAccount: string): string {
  return `${billingAccount.toUpperCase()}-`;
}

export function createBillingProfile(
  id: string,
  billingAccount: string,
  displayName: string,
  anchorDay = 1,
  timeZone = "UTC",
): BillingProfile {
  return {
    id,
    billingAccount,
    displayName,
    billTo: null,
    purchaseOrder: "",
    anchorDay,
    timeZone,
    netDays: NET_DAYS,
    emailPdf: false,
    tax: null,
    discount: null,
    paymentMethod: "",
    creditMicros: {},
    drafts: [],
  };
}
