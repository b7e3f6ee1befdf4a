let last: Promise<unknown> = Promise.resolve();

/**
 * Runs something that writes to repositories once everything before it has ended: pgBackRest refuses a second command that writes, and
 * `stanza-create` writes to all repositories.
 */
export function inTurn<T>(write: () => Promise<T>): Promise<T> {
  const done = last.then(write);
  last = done.catch(() => undefined);
  return done;
}
