import type { CallEvent } from "@tollbook/contracts/call-event.ts";
import { isEmergencyNumber } from "@tollbook/tariffs/special-numbers.ts";

/** Listed for the country it was dialled from; a sender that does not know the country sends the flag. */
export function isListedEmergency(event: CallEvent): boolean {
  const dialled = event.to?.raw ?? "";
  if (event.direction === "inbound") return false;
  if (event.dialledFrom !== null) return isEmergencyNumber(event.dialledFrom, dialled);
  // These two are emergency numbers wherever they are dialled from a mobile (3GPP TS 22.101 §10.1.1).
  return dialled === "112" || dialled === "911";
}
