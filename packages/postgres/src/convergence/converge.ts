import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";

/** What a plan is made of: SQL to run, where there is any. */
interface Step {
  sql?: string;
  /** Parameters of the one statement that `sql` is then: what must be in no log and no view of statements. */
  values?: readonly string[];
}

/** Who converges, and how long it may wait. */
export interface ConvergeOptions {
  /** Shown as application_name in pg_stat_activity. */
  purpose: string;
  /** Role that owns what is changed; the session's login is a member of it. */
  owner: string;
  /** How often a plan that others get in the way of is made and tried again. */
  attempts?: number;
}

// One object's changes never run twice at the same time: Pulumi works in parallel, and catalogs dislike that
// ("tuple concurrently updated"). The number is the first eight bytes of sha256("hosterizer-database/converge").
export const convergeLock = "-2848051464248011251";

// An ALTER TABLE that waits blocks every later reader of the table, so it gives up soon and comes back.
const lockTimeout = "500ms";

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
      await client.query("begin isolation level read committed read write");
      await client.query(`set local lock_timeout = '${lockTimeout}'`);
      await client.query("select pg_catalog.pg_advisory_xact_lock($1)", [convergeLock]);
      await client.query(`set local role ${escapeIdentifier(owner)}`);
      const steps = await plan(client);
      for (const { sql, values } of steps) {
        if (sql === undefined) continue;
        await (values === undefined ? client.query(sql) : client.query(sql, [...values]));
      }
      await client.query("commit");
      return steps;
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      if (!isContention(error) || attempt >= attempts) throw error;
      await sleep(100 * 2 ** attempt);
    }
  }
}

/** Whether another session was in the way, so that the same may go well a moment later. */
export function isContention(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === internalError) return tornRow.test(error.message);
  return contention.has(error.code ?? "");
}

// lock_not_available, deadlock_detected, serialization_failure
const contention = new Set(["55P03", "40P01", "40001"]);
// Two sessions that change one row of a catalog get no SQLSTATE of their own; the words are never translated.
const internalError = "XX000";
const tornRow = /^tuple concurrently (updated|deleted)$/;
