import { escapeLiteral } from "pg";

import type { TenantTable } from "./tenancy";

/**
 * SQL that runs in a migration's transaction: it enables row-level security on every new tenant table, and on its partitions
 * and other children, which a query can name directly.
 *
 * Backup roles may read a new table as soon as it exists, and grants in the migration itself apply from its commit; the policies
 * come a moment later. Row-level security without a policy shows no rows. It is not forced yet, so that the owner can fill the
 * table in the next migration.
 */
export function closeNewTables(tables: readonly TenantTable[]): string {
  const names = tables.map(({ schema, table }) => escapeLiteral(`${schema}.${table}`));
  return `do $close$
declare
  newborn regclass;
begin
  for newborn in
    with recursive family as (
      select c.oid
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
       where n.nspname || '.' || c.relname = any (array[${names.join(", ")}]::text[])
       union
      select i.inhrelid
        from family as f
        join pg_catalog.pg_inherits as i on i.inhparent = f.oid
    )
    select c.oid
      from family as f
      join pg_catalog.pg_class as c on c.oid = f.oid
     where c.relkind in ('r', 'p')
       and not c.relrowsecurity
  loop
    execute pg_catalog.format('alter table %s enable row level security', newborn);
  end loop;
end
$close$`;
}
