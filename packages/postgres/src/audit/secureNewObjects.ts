import { escapeLiteral } from "pg";

import { readSql } from "../sql/readSql";
import type { TenantTable } from "../rowLevelSecurity/tenancy";

/** What the audit's repair would have to change after a migration. */
interface Scope {
  owner: string;
  /** `public` too. */
  schemas: readonly string[];
  tables: readonly TenantTable[];
}

/**
 * SQL that joins a migration's transaction: a view over tenant tables that the migration makes asks as whoever looks, and
 * a SECURITY DEFINER function gets a fixed search_path, just as the audit would repair them.
 *
 * Before the schema is recorded: what is repaired after it would be taken for a change by hand.
 */
export function secureNewObjects({ owner, schemas, tables }: Scope): string {
  const roles = array([owner]);
  const names = array(schemas);
  const views = fill("views", [roles, names, `${escapeLiteral(JSON.stringify(tables))}::jsonb`]);
  const definers = fill("definers", [roles, names]);
  return `do $secure$
declare
  found record;
begin
  for found in select * from (${views}) as v where v.kind = 'view' and v.ours and v.alterable
  loop
    execute pg_catalog.format('alter view %s set (security_invoker = true)', found.name);
  end loop;
  for found in select * from (${definers}) as d where d.alterable
  loop
    execute pg_catalog.format(
      'alter routine %s set search_path = pg_catalog, %s, pg_temp', found.name, found.schema
    );
  end loop;
end
$secure$`;
}

/** A query of this folder with its parameters in place, without comments and spare white space. */
function fill(name: string, values: readonly string[]): string {
  return readSql(__dirname, name)
    .replace(/--.*/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\$(\d)(?:::\w+(?:\[\])?)?/g, (_, position: string) => {
      return values[Number(position) - 1] ?? "null";
    });
}

function array(values: readonly string[]): string {
  return `array[${values.map((value) => escapeLiteral(value)).join(", ")}]::text[]`;
}
