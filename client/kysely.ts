import { Kysely, PostgresDialect } from "kysely";
import type { Pool, PoolClient } from "pg";

import type { TenantContext } from "./tenantContext";
import { type TransactionOptions, withTenantContext } from "./withTenantContext";

/**
 * The same as withTenantContext, with a query builder of Kysely in the place of the connection. All of its queries are in the
 * one transaction; `db.transaction()` would end that, and is refused afterwards as TransactionLost.
 */
export function withTenantKysely<Schema, T>(
  pool: Pool,
  context: TenantContext,
  run: (db: Kysely<Schema>) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return withTenantContext(pool, context, (client) => run(kyselyOn<Schema>(client)), options);
}

function kyselyOn<Schema>(client: PoolClient): Kysely<Schema> {
  const reserved = {
    query: client.query.bind(client),
    // It is given back when the transaction ends.
    release: () => undefined,
  };
  const pool = { connect: () => Promise.resolve(reserved), end: () => Promise.resolve() };
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}
