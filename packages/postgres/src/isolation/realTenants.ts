import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { quotedName } from "../sql/tableName";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import { type Sign, type TenantPair, variablesOf } from "./proofContexts";
import { savepoint, setContext } from "./runProbe";

/** Two tenants that have rows in a table, as an administrator sees them. Both ends of an index: cheap on large tables. */
export async function realTenants(
  client: Client,
  table: TenantTable,
  sign?: Sign,
): Promise<TenantPair | undefined> {
  const column = escapeIdentifier(table.column);
  // A probe before may have failed.
  await client.query(`rollback to savepoint ${savepoint}`);
  try {
    await setContext(client, variablesOf({ id: null, role: "administrator" }, sign));
    const { rows } = await client.query<{ own: string | null; other: string | null }>(
      `select min(${column})::pg_catalog.text as own, max(${column})::pg_catalog.text as other from ${quotedName(table)}`,
    );
    const [found] = rows;
    if (found?.own == null || found.other === null || found.own === found.other) return undefined;
    return { own: found.own, other: found.other };
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501") return undefined;
    throw error;
  } finally {
    await client.query(`rollback to savepoint ${savepoint}`);
  }
}
