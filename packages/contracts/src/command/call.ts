import * as z from "zod/mini";
import { text } from "./fields.ts";

/** Single calls: taken back, corrected. */
export const callCommands = {
  "call.void": z.strictObject({ usageId: text, reason: text }),
} as const;
