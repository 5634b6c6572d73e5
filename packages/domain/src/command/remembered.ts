import type { CommandAnswer } from "@tollbook/contracts/answers.ts";

/** A command's answer, kept 30 days so that the same command again is answered the same. */
export interface RememberedCommand {
  readonly at: number;
  /** 128 bits over type and data, as text. */
  readonly content: string;
  readonly answer: CommandAnswer;
}

export const ANSWERS_KEPT_US = 30 * 86_400 * 1_000_000;
