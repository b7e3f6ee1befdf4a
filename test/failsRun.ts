/** A teardown whose failure fails the run: by itself Vitest prints the error, and still exits with 0. */
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
