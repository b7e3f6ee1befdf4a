import { setTimeout as sleep } from "node:timers/promises";

import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";

/** One step of a plan, with the SQL to run if it has any. */
interface Step {
  sql?: string;
  /** Parameters of `sql`, which is then a single statement: they keep secrets out of logs and pg_stat_statements. */
  values?: readonly string[];
}

/** Who converges, and how long it may wait. */
interface ConvergeOptions {
  /** Shown as application_name in pg_stat_activity. */
  purpose: string;
  /** Role that owns what the steps change; the login is a member of it. */
  owner: string;
  /** How often to plan and run in total, if other sessions interfere. Default: 8. */
  attempts?: number;
}

// Pulumi works in parallel, and concurrent changes of one catalog row fail ("tuple concurrently updated"), so one plan runs at
// a time. The number is the first eight bytes of sha256("hosterizer-database/converge").
export const convergeLock = "-2848051464248011251";

// A waiting ALTER TABLE blocks every later reader of the table, so it gives up early and retries.
const lockTimeout = "500ms";

/**
 * Inspects and plans with `plan`, then runs the steps. Besides migrations, nothing else writes.
 *
 * It all runs in one transaction, so that no session sees a table between two steps, and a failing step leaves no trace.
 *
 * @returns the steps of the plan; none if everything was as declared.
 * @throws the error of the failing step, unchanged.
 */
export async function converge<T extends Step>(
  connection: Connection,
  options: ConvergeOptions,
  plan: (client: Client) => Promise<T[]>,
): Promise<T[]> {
  return withClient(connection, options.purpose, (client) => convergeWith(client, options, plan));
}

/** The same in an open session, to converge several objects one after the other. */
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

/** Whether another session interfered, so that a retry may succeed. */
export function isContention(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === internalError) return tornRow.test(error.message);
  return contention.has(error.code ?? "");
}

// lock_not_available, deadlock_detected, serialization_failure
const contention = new Set(["55P03", "40P01", "40001"]);
// Two sessions that change one catalog row get no specific SQLSTATE; this message is never translated.
const internalError = "XX000";
const tornRow = /^tuple concurrently (updated|deleted)$/;
