import { escapeLiteral } from "pg";

import type { ContextKey } from "./signContext";
import { own, shown, TenantContextError } from "./tenantContext";

export interface TransactionOptions {
  /**
   * How often a transaction is repeated after a serialization failure or a deadlock. Each time `run` is called again, so it
   * must have no effects outside of the database. Default 0.
   */
  retries?: number;
  /** https://www.postgresql.org/docs/15/transaction-iso.html. Default: the server's, read committed. */
  isolation?: (typeof isolations)[number];
  /** Settings until the transaction ends, such as a statement_timeout or `wholeTableReads`. They cost no extra round trip. */
  settings?: TransactionSettings;
  /** Signs the context, if the database requires that. Default: the pool's `contextKey`. */
  contextKey?: ContextKey | undefined;
}

/** Server settings for one transaction, as set_config takes them: numbers are in the setting's own unit. */
export type TransactionSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * Settings for an administrator's transaction that reads whole tables, such as a report, on a stack with bounds; see
 * docs/tenancy.md, How it is fast.
 *
 * The application's roles use no parallel workers by default; 2 is PostgreSQL's own default. The planner estimates that a bound
 * selects a ninth of the rows. It therefore undervalues workers by the same factor, and prefers a bitmap scan to reading the table.
 */
export const wholeTableReads: TransactionSettings = {
  max_parallel_workers_per_gather: 2,
  parallel_setup_cost: 111,
  enable_bitmapscan: false,
};

/**
 * The statement that begins a transaction.
 *
 * @throws TenantContextError for a level that PostgreSQL does not have
 */
export function beginStatement(options: TransactionOptions): string {
  const isolation: unknown = own(options, "isolation");
  if (isolation === undefined) return "begin";
  const level = isolations.find((each) => each === isolation);
  if (level !== undefined) return `begin isolation level ${level}`;
  throw new TenantContextError(
    `isolation: ${shown(isolation)} is not an isolation level. Use ${isolations.join(", ")}, or leave it out.`,
  );
}

const isolations = ["read committed", "repeatable read", "serializable"] as const;

/** @throws TenantContextError unless `retries` is a whole number from 0 */
export function retriesOf(options: TransactionOptions): number {
  const retries: unknown = own(options, "retries") ?? 0;
  if (Number.isSafeInteger(retries) && Number(retries) >= 0) return Number(retries);
  throw new TenantContextError(
    `retries: ${shown(retries)} is not a number of retries. Use a whole number from 0, or leave it out.`,
  );
}

/**
 * The calls of a select list that apply the settings until the transaction ends.
 *
 * @throws TenantContextError for an invalid name, and for a setting that the context sets
 */
export function settingCalls(settings: TransactionSettings): string[] {
  return Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/i.test(name)) {
      throw new TenantContextError(
        `settings: ${JSON.stringify(name)} is not the name of a setting. SHOW ALL lists them.`,
      );
    }
    if (contextSettings.has(name.toLowerCase())) {
      throw new TenantContextError(`settings: ${name} is set by the context. Leave it out.`);
    }
    return `pg_catalog.set_config('${name}', ${escapeLiteral(String(value))}, true)`;
  });
}

const contextSettings = new Set([
  "app.current_customer_id",
  "app.current_user_role",
  "app.context",
]);
