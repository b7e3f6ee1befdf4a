import type { ContextKey } from "./signContext";
import { own, shown, TenantContextError } from "./tenantContext";
import type { TransactionSettings } from "./transactionSettings";

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
    `isolation: ${shown(isolation)} is no isolation level. Use ${isolations.join(", ")}, or leave it out.`,
  );
}

/** @throws TenantContextError for what is no number of times */
export function retriesOf(options: TransactionOptions): number {
  const retries: unknown = own(options, "retries") ?? 0;
  if (Number.isSafeInteger(retries) && Number(retries) >= 0) return Number(retries);
  throw new TenantContextError(
    `retries: ${shown(retries)} is no number of retries. Use a whole number from 0, or leave it out.`,
  );
}
