/** Answers a call of node-postgres' query() with an error, in the form that the caller waits for. */
export function refuse(error: Error, ...[config, values, callback]: readonly unknown[]): unknown {
  const { submit, callback: own } = (config ?? {}) as { submit?: unknown; callback?: unknown };
  // A cursor or stream that is never submitted tells nobody of an error.
  if (typeof submit === "function") throw error;
  const called = [values, callback, own].find((each) => typeof each === "function");
  if (called === undefined) return Promise.reject(error);
  process.nextTick(called, error);
  return undefined;
}
