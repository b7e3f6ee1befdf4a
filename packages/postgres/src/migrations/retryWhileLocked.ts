import { setTimeout as sleep } from "node:timers/promises";

import { MigrationError } from "./migrationError";
import { isLockFailure } from "./remedies";

/** How often a file that waits too long for a lock is tried again. */
export interface RetryOptions {
  /** Tries of one file in all. */
  lockAttempts: number;
  log: (line: string) => void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Repeats `run` while other sessions hold locks that a file needs, with growing pauses.
 *
 * A change that waits for its lock makes everyone queue behind it, so it waits briefly and comes back instead. The
 * count begins anew when a later file is the one that waits.
 *
 * @throws what `run` throws last.
 */
export async function retryWhileLocked(
  { lockAttempts, log }: RetryOptions,
  run: () => Promise<void>,
): Promise<void> {
  let [attempt, waiting] = [0, ""];
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (!(error instanceof MigrationError) || !isLockFailure(error.code)) throw error;
      attempt = error.file === waiting ? attempt + 1 : 1;
      waiting = error.file;
      if (attempt >= lockAttempts) throw error;

      const pauseMs = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
      const place = error.line === undefined ? error.file : `${error.file}:${error.line}`;
      log(`${place}: no lock (try ${attempt} of ${lockAttempts}), again in ${pauseMs} ms`);
      await sleep(pauseMs);
    }
  }
}
