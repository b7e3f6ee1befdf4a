import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "./connection";

/** What a plan is made of: SQL to run, where there is any. */
interface Step {
  sql?: string;
}

/** Who converges, and how long it may wait. */
export interface ConvergeOptions {
  /** Shown as application_name in pg_stat_activity. */
  purpose: string;
  /** Role that owns what is changed; the session's login is a member of it. */
  owner: string;
  /** How often a step that waits too long for a lock is tried again. */
  attempts?: number;
}

// One object's changes never run twice at the same time: Pulumi works in parallel, and catalogs dislike that
// ("tuple concurrently updated"). The number is the first eight bytes of sha256("hosterizer-database/converge").
export const convergeLock = "-2848051464248011251";

// An ALTER TABLE that waits blocks every later reader of the table, so it gives up soon and comes back.
const lockTimeout = "500ms";
const lockNotAvailable = "55P03";

/**
 * Inspects and plans with `plan`, then runs its steps: the only writer besides migrations.
 *
 * All of it is one transaction, so that nobody sees a table between two steps, and a failing step leaves no trace.
 *
 * @returns the steps of the plan; none if everything was right already.
 */
export async function converge<T extends Step>(
  connection: Connection,
  options: ConvergeOptions,
  plan: (client: Client) => Promise<T[]>,
): Promise<T[]> {
  return withClient(connection, options.purpose, (client) => convergeWith(client, options, plan));
}

/** The same in a session that is open already, for those who converge many objects one after the other. */
export async function convergeWith<T extends Step>(
  client: Client,
  { owner, attempts = 8 }: Pick<ConvergeOptions, "owner" | "attempts">,
  plan: (client: Client) => Promise<T[]>,
): Promise<T[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query("begin");
      await client.query(`set local lock_timeout = '${lockTimeout}'`);
      await client.query("select pg_catalog.pg_advisory_xact_lock($1)", [convergeLock]);
      await client.query(`set local role ${escapeIdentifier(owner)}`);
      const steps = await plan(client);
      for (const { sql } of steps) if (sql !== undefined) await client.query(sql);
      await client.query("commit");
      return steps;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      const waited = error instanceof DatabaseError && error.code === lockNotAvailable;
      if (!waited || attempt >= attempts) throw error;
      await sleep(100 * 2 ** attempt);
    }
  }
}
