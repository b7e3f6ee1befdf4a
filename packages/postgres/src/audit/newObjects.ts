import { escapeLiteral } from "pg";

import { closeNewTables } from "../rowLevelSecurity/closeTables";
import type { Tenancy, TenantTable } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";

/** SQL for the end of each migration's transaction: what the migration created is closed before others see it. */
export function afterEachMigration({
  owner,
  schemas,
  tenancy: { tables },
}: {
  owner: string;
  schemas: readonly string[];
  tenancy: Tenancy;
}): string {
  return `${closeNewTables(tables)};\n${secureNewObjects({ owner, schemas, tables })}`;
}

/**
 * SQL for the end of a migration's transaction that repairs what the audit would repair: views over tenant tables get
 * security_invoker, and SECURITY DEFINER functions a fixed search_path.
 *
 * It runs before the schema is recorded, because a later repair would look like a change made by hand.
 */
export function secureNewObjects({
  owner,
  schemas,
  tables,
}: {
  owner: string;
  /** Including `public`. */
  schemas: readonly string[];
  tables: readonly TenantTable[];
}): string {
  const roles = textArray([owner]);
  const names = textArray(schemas);
  const views = inline("views", [roles, names, `${escapeLiteral(JSON.stringify(tables))}::jsonb`]);
  const functions = inline("functions", [roles, names]);
  return `do $secure$
declare
  found record;
begin
  for found in select * from (${views}) as v where v.kind = 'view' and v.unsafe and v.ours and v.alterable
  loop
    execute pg_catalog.format('alter view %s set (security_invoker = true)', found.name);
  end loop;
  for found in select * from (${functions}) as f where f.alterable
  loop
    execute pg_catalog.format(
      'alter routine %s set search_path = pg_catalog, %s, pg_temp', found.name, found.schema
    );
  end loop;
end
$secure$`;
}

/** A query of this folder with its parameters filled in, without comments and extra white space. */
function inline(name: string, values: readonly string[]): string {
  return readSql(__dirname, name)
    .replace(/--.*/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\$(\d)(?:::\w+(?:\[\])?)?/g, (_, position: string) => {
      return values[Number(position) - 1] ?? "null";
    });
}

function textArray(values: readonly string[]): string {
  return `array[${values.map((value) => escapeLiteral(value)).join(", ")}]::text[]`;
}
