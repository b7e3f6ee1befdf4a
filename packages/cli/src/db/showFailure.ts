/** Errors that were written for the user to read. */
const readable: readonly string[] = ["CommandError", "DeclarationError", "DeclarationErrors"];

/** Ends the command as failed. A fault of the user's or of the server's is told in words, a defect by its stack. */
export function showFailure(error: unknown): void {
  const isReadable = error instanceof Error && readable.includes(error.name);
  const text = error instanceof Error ? (isReadable ? error.message : error.stack) : undefined;
  process.stderr.write(`${text ?? String(error)}\n`);
  process.exitCode = 1;
}
