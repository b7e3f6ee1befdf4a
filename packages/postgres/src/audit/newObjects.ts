import { escapeLiteral } from "pg";

import type { GrantDeclaration } from "../access/declarations";
import { closeNewTables } from "../rowLevelSecurity/closeTables";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";
import { type GuardedTable, guardedTables } from "./declaredAccess";

/** SQL for the end of each migration's transaction: what the migration created is closed before others see it. */
export function afterEachMigration({
  owner,
  schemas,
  tenancy: { tables },
  grants,
}: {
  owner: string;
  schemas: readonly string[];
  tenancy: Tenancy;
  grants: readonly GrantDeclaration[];
}): string {
  const guarded = guardedTables(grants, tables);
  return `${closeNewTables(tables)};\n${secureNewObjects({ owner, schemas, guarded })}`;
}

/**
 * SQL for the end of a migration's transaction that repairs what the audit would repair or close: views over tenant tables, and
 * over tables that grants name, get security_invoker, unless a grant names the view; SECURITY DEFINER functions get a fixed search_path.
 *
 * It runs before the schema is recorded, because a later repair would look like a change made by hand.
 */
export function secureNewObjects({
  owner,
  schemas,
  guarded,
}: {
  owner: string;
  /** Including `public`. */
  schemas: readonly string[];
  guarded: readonly GuardedTable[];
}): string {
  const roles = textArray([owner]);
  const names = textArray(schemas);
  const views = inline("views", [roles, names, `${escapeLiteral(JSON.stringify(guarded))}::jsonb`]);
  const functions = inline("functions", [roles, names]);
  return `do $secure$
declare
  found record;
begin
  for found in
    select * from (${views}) as v
     where v.kind = 'view' and (v.unsafe or (v.named and not v.declared)) and v.ours and v.alterable
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
