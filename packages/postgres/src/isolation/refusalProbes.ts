import { escapeIdentifier } from "pg";

import { quotedName } from "../sql/tableName";
import { type Probe, rows, touchedColumn } from "./probe";
import type { ProofTable } from "./tenantRows";

/** What no policy binds: it must not be granted at all, and PostgreSQL refuses COPY FROM under row-level security. */
export function refusalProbes(table: ProofTable): Probe[] {
  const name = quotedName(table);
  return [
    rows("COPY FROM", `copy ${name} (${escapeIdentifier(table.column)}) from stdin`),
    rows("TRUNCATE", `truncate only ${name}`),
    rows("ALTER", `alter table only ${name} disable row level security`),
  ];
}

/** Every change of a role that may change nothing, over no row at all: privileges are asked for all the same. */
export function idleProbes(table: ProofTable): Probe[] {
  const name = quotedName(table);
  const column = escapeIdentifier(table.column);
  return [
    rows("FOR UPDATE", `select from ${name} where false for update`),
    rows("UPDATE", `update ${name} set ${touchedColumn(table)} = default where false`),
    rows("DELETE", `delete from ${name} where false`),
    rows(
      "MERGE",
      `merge into ${name} as t using (select 1 where false) as s on false when matched then delete`,
    ),
    rows("MOVE", `update ${name} set ${column} = default where false`),
    rows(
      "INSERT",
      `insert into ${name} (${column}) overriding system value select null where false`,
    ),
  ];
}
