import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import { UserError } from "../userError";

/** Key of the advisory lock of migration runners: "host" and "migr" as two big-endian integers. Each database has its own. */
export const runnerLockKey = [0x686f7374, 0x6d696772] as const;

/** How a runner waits for another one. */
interface RunnerLockOptions {
  /** When to give up, in milliseconds. */
  waitMs: number;
  log: (line: string) => void;
}

/** Another run did not end in time. */
class RunnerLockError extends UserError {
  override readonly name = "RunnerLockError";

  constructor(waitMs: number, holder: string) {
    super(
      `another migration run has not ended in ${waitMs / 1000} s: ${holder}.`,
      "Wait for it and run again, or end its session with pg_terminate_backend(pid) if it is not needed.",
    );
  }
}

const pauseMs = 250;

/**
 * Runs `run` under the lock, so that one runner works at a time. The others wait, and log whom they wait for.
 *
 * The lock is polled: a session that waits in pg_advisory_lock() holds a snapshot, and the CREATE INDEX
 * CONCURRENTLY of the runner it waits for would wait for that snapshot to end. It belongs to the session, so that
 * PostgreSQL releases it when a runner dies.
 *
 * The session's role must still be its login, because that may see its other sessions in pg_stat_activity.
 *
 * @throws RunnerLockError that names the holder, after `waitMs`.
 */
export async function withRunnerLock<T>(
  client: Client,
  { waitMs, log }: RunnerLockOptions,
  run: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (let told = false; !(await tryLock(client)); told = true) {
    const holder = await describeHolder(client);
    if (Date.now() >= deadline) throw new RunnerLockError(waitMs, holder);
    if (!told) log(`waiting for another migration run: ${holder}`);
    await sleep(pauseMs);
  }
  try {
    return await run();
  } finally {
    // A lost session has already released the lock.
    await client
      .query("select pg_catalog.pg_advisory_unlock($1, $2)", [...runnerLockKey])
      .catch(() => undefined);
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_catalog.pg_try_advisory_lock($1, $2) as locked",
    [...runnerLockKey],
  );
  return rows[0]?.locked === true;
}

async function describeHolder(client: Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; applicationName: string; since: Date | null }>(
    readSql(__dirname, "runnerLockHolder"),
    [...runnerLockKey],
  );
  const [holder] = rows;
  if (holder === undefined) return "it has just ended";
  const since = holder.since === null ? "" : `, since ${holder.since.toISOString()}`;
  return `pid ${holder.pid} (${holder.applicationName}${since})`;
}
