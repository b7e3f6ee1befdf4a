import { escapeLiteral } from "pg";

import type { ContextKey } from "./signContext";
import { own, shown, TenantContextError } from "./tenantContext";

/** https://www.postgresql.org/docs/15/transaction-iso.html */
const isolations = ["read committed", "repeatable read", "serializable"] as const;

export interface TransactionOptions {
  /**
   * How often a transaction that lost to another one (serialization failure, deadlock) is begun again. Then `run` is called
   * again, so it must do nothing but talk to the database. Default 0.
   */
  retries?: number;
  /** https://www.postgresql.org/docs/15/transaction-iso.html. Default: the server's, read committed. */
  isolation?: (typeof isolations)[number];
  /** Set until the transaction ends, in the same round trip: a statement_timeout, or `wholeTableReads`. */
  settings?: TransactionSettings;
  /** Signs the context, where the database wants that. Default: the pool's, see `contextKey` there. */
  contextKey?: ContextKey | undefined;
}

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

/** @throws TenantContextError if it is not a number of times */
export function retriesOf(options: TransactionOptions): number {
  const retries: unknown = own(options, "retries") ?? 0;
  if (Number.isSafeInteger(retries) && Number(retries) >= 0) return Number(retries);
  throw new TenantContextError(
    `retries: ${shown(retries)} is not a number of retries. Use a whole number from 0, or leave it out.`,
  );
}

/** Settings of the server's for one transaction, as set_config takes them: numbers in the setting's own unit. */
export type TransactionSettings = Readonly<Record<string, string | number | boolean>>;

/**
 * For an administrator who reads whole tables, such as a report's transaction, on a stack with bounds; docs/tenancy.md, How it is
 * fast.
 *
 * The application's roles begin no parallel workers by themselves; 2 is PostgreSQL's own default. To the planner, bounds hold a ninth
 * of the rows, so that workers look a ninth as useful, and a bitmap of an index better than the table itself.
 */
export const wholeTableReads: TransactionSettings = {
  max_parallel_workers_per_gather: 2,
  parallel_setup_cost: 111,
  enable_bitmapscan: false,
};

const ofTheContext = new Set(["app.current_customer_id", "app.current_user_role", "app.context"]);

/**
 * What stands in a select list to set them until the transaction ends.
 *
 * @throws TenantContextError for a name that is none, or that the context sets
 */
export function settingCalls(settings: TransactionSettings): string[] {
  return Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/i.test(name)) {
      throw new TenantContextError(
        `settings: ${JSON.stringify(name)} is not the name of a setting. SHOW ALL lists them.`,
      );
    }
    if (ofTheContext.has(name.toLowerCase())) {
      throw new TenantContextError(`settings: ${name} is set by the context. Leave it out.`);
    }
    return `pg_catalog.set_config('${name}', ${escapeLiteral(String(value))}, true)`;
  });
}
