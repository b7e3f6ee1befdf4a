/** A teardown that fails the run when it fails: Vitest prints its error, and ends with 0 all the same. */
export function failsRun(teardown: () => Promise<void>): () => Promise<void> {
  return async () => {
    try {
      await teardown();
    } catch (error) {
      process.exitCode = 1;
      throw error;
    }
  };
}
