import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "pg";

import type { TenantContext } from "./tenantContext";
import type { TransactionClient } from "./transactionClient";
import type { TransactionOptions } from "./transactionOptions";
import { withTenantContext } from "./withTenantContext";

/**
 * Like withTenantContext, with a Kysely query builder instead of the client. All of its queries run in the one transaction,
 * and it is usable until `run` settles. `db.transaction()` would begin another transaction and throws StatementRefused.
 */
export function withTenantKysely<Schema, T>(
  pool: Pool,
  context: TenantContext,
  run: (db: Kysely<Schema>) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return withTenantContext(pool, context, (client) => run(kyselyOn<Schema>(client)), options);
}

function kyselyOn<Schema>(client: TransactionClient): Kysely<Schema> {
  const pool = { connect: () => Promise.resolve(client), end: () => Promise.resolve() };
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}
