/** A failure the reader can do something about: printed as one sentence, without a stack. */
export class UserFacingError extends Error {}

/** Prints what went wrong and ends with exit code 1; anything unexpected keeps its stack. */
export function reportFailure(error: unknown): void {
  if (error instanceof UserFacingError) process.stderr.write(`tollbook: ${error.message}\n`);
  else
    process.stderr.write(
      `tollbook: unexpected failure\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  process.exitCode = 1;
}
