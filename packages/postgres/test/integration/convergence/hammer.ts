import { setTimeout as sleep } from "node:timers/promises";

import { Client, DatabaseError } from "pg";

import type { Connection } from "../../../src/connection/connection";

/** Two alternating transactions: the second undoes the first. */
export interface Stroke {
  strike: string;
  undo: string;
}

/** Sessions that run DDL continuously beside the code under test. */
export interface Hammer {
  /** How many transactions have committed. */
  count: () => number;
  /** Ends them all, with everything undone. @throws any error other than lock conflicts between them */
  stop: () => Promise<void>;
}

/**
 * One session for each list of strokes; between two transactions it waits some milliseconds, another time each.
 *
 * @param random from 0 to 1
 */
export function hammer(
  connection: Connection,
  lists: readonly (readonly Stroke[])[],
  random: () => number,
): Hammer {
  let busy = true;
  let committed = 0;
  const sessions = lists.map(async (strokes) => {
    const client = new Client(connection);
    await client.connect();
    try {
      while (busy) {
        for (const { strike, undo } of strokes) {
          for (const sql of [strike, undo]) {
            await untilDone(() => client.query(`begin; ${sql}; commit`), client);
            committed++;
            await sleep(50 + random() ** 2 * 950);
          }
        }
      }
    } finally {
      await client.end();
    }
  });
  return {
    count: () => committed,
    stop: async () => {
      busy = false;
      await Promise.all(sessions);
    },
  };
}

// lock_not_available, deadlock_detected; two that change one row of a catalog get no SQLSTATE of their own.
const contention = new Set(["55P03", "40P01"]);

async function untilDone(run: () => Promise<unknown>, client: Client): Promise<void> {
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      await client.query("rollback");
      if (!(error instanceof DatabaseError)) throw error;
      if (!contention.has(error.code ?? "") && !/tuple concurrently/.test(error.message)) {
        throw error;
      }
    }
  }
}
