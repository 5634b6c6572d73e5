import type { NoticeType } from "@tollbook/contracts/notices.ts";
import type { Language } from "../directory/entries.ts";
import { da } from "./words-da.ts";
import { de } from "./words-de.ts";
import { en } from "./words-en.ts";

/** What a notice says. `{field}` stands for a member of its data; a line whose member is empty is left out. */
export interface NoticeText {
  readonly subject: string;
  readonly lines: readonly string[];
}

export type NoticeWords = Readonly<Record<NoticeType, NoticeText>> & { readonly greeting: string; readonly closing: string };

export const noticeWords: Readonly<Record<Language, NoticeWords>> = { en, de, da };
