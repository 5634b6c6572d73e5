import * as z from "zod/mini";

/** Of every view: how far the log has been folded, and the account's own time then. */
export const AsOf = z.object({ partition: z.int(), seq: z.int(), time: z.string() });
