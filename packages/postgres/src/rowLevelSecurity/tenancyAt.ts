import type { MigratedTables } from "./migratedTables";
import type { Tenancy } from "./tenancy";

/**
 * The declared tenancy as far as it holds before some of the migrations: the tables that these make are none of its business,
 * be they still there or gone already.
 *
 * @param before What the migrations up to there create.
 * @param all What all of them create.
 */
export function tenancyAt(tenancy: Tenancy, before: MigratedTables, all: MigratedTables): Tenancy {
  const { tables, exemptTables = [] } = tenancy;
  const isLater = ({ schema, table }: { schema: string; table: string }) => {
    const name = `${schema}.${table}`;
    return all.tables.has(name) && !before.tables.has(name);
  };
  const later = tables.filter(isLater);
  if (later.length === 0) return tenancy;
  const reason = "a migration after the target makes it";
  return {
    ...tenancy,
    tables: tables.filter((table) => !later.includes(table)),
    exemptTables: [
      ...exemptTables,
      ...later.map(({ schema, table }) => ({ schema, table, reason })),
    ],
  };
}
