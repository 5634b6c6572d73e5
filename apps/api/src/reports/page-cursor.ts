import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { ApiProblem } from "../problem.ts";

/** A cursor belongs to the question it came from: with another it would skip or repeat rows silently. */

export const pageQuery = {
  cursor: z.optional(z.string().check(z.maxLength(1024))),
  limit: z.optional(z.string().check(z.regex(/^\d{1,4}$/, "1 to 1000"))),
};

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

export function limitOf(text: string | undefined): number {
  return Math.min(Math.max(Number(text ?? DEFAULT_LIMIT), 1), MAX_LIMIT);
}

export function bindingOf(...question: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(question)).digest("base64url").slice(0, 16);
}

export type Place = readonly (string | number)[];

export function encodePlace(place: Place, binding: string): string {
  return Buffer.from(JSON.stringify([binding, ...place])).toString("base64url");
}

/** Null: from the beginning. Rejects what is not a cursor of this question with as many members as `like` in the same types. */
export function decodePlace(text: string | undefined, binding: string, like: Place): Place | null {
  if (text === undefined) return null;
  const [bound, ...place] = parsed(text);
  const fits = place.length === like.length && place.every((one, at) => typeof one === typeof like[at]);
  if (bound !== binding || !fits || place.some((one) => typeof one === "number" && !Number.isSafeInteger(one)))
    throw new ApiProblem("invalidRequest", {
      detail: "cursor: it does not belong to this report and filter",
      hint: "Begin again without a cursor.",
    });
  return place as Place;
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
