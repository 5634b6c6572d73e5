import type { CommandData } from "@tollbook/contracts/commands.ts";

/** What a provider is asked to charge. */
export interface Charge {
  readonly account: string;
  readonly payment: string;
  readonly attempt: number;
  /** As the provider gave it when the method was added. */
  readonly token: string;
  readonly amountMicros: number;
  readonly currency: string;
  /** The same whenever the same attempt is asked again: charged at most once for it (edge 13). */
  readonly idempotencyKey: string;
}

export type ChargeOutcome = CommandData<"payment.result">["outcome"];

export interface ChargeAnswer {
  readonly outcome: ChargeOutcome;
  readonly detail?: string;
  /** The provider's own id of the charge. */
  readonly reference?: string;
}

/**
 * Charges a card. An answer is final, but `needsConfirmation`. When it throws nobody knows whether the card was charged, and the
 * same call is made again with the same key: the provider must find the charge and not make another.
 */
export interface PaymentProvider {
  readonly name: string;
  charge(charge: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
  /** How a charge that needs a confirmation stands now, charging nothing. Absent: the provider tells by itself. */
  lookUp?(charge: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
  /** Nobody confirmed it: from now on nobody can. The answer is final; `succeeded` when somebody was faster. */
  cancel?(charge: Charge, signal: AbortSignal): Promise<ChargeAnswer>;
}
