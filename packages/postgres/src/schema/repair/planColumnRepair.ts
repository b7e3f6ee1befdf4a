import { createHash } from "node:crypto";

import { escapeLiteral } from "pg";

import type { SchemaObject } from "../schemaObject";
import type { RepairAction, SchemaRepair } from "./schemaRepair";

/** What a column's default, NOT NULL or compression is put right with: nothing that touches a row. */
export function planColumnRepair(column: SchemaObject, fact: string): SchemaRepair {
  const { table, name } = column.facts;
  const value = column.facts[fact] ?? null;
  const alter = `alter table ${table ?? ""} alter column ${name ?? ""}`;
  // Partitions have defaults of their own.
  const alterOnly = alter.replace("alter table", "alter table only");

  const actions: Record<string, () => RepairAction[]> = {
    default: () => [
      { transaction: [`${alterOnly} ${value === null ? "drop default" : `set default ${value}`}`] },
    ],
    compression: () => [{ transaction: [`${alterOnly} set compression ${value ?? "default"}`] }],
    "not null": () =>
      value === null ? [{ transaction: [`${alter} drop not null`] }] : setNotNull(column, alter),
  };
  const act = actions[fact];
  if (act === undefined) throw new Error(`a column's ${fact} holds data: no statement restores it`);
  return { phase: "columns", object: `column ${column.identity}`, actions: act() };
}

/**
 * A validated check constraint spares SET NOT NULL the look at every row, which would lock others out for so long.
 *
 * https://www.postgresql.org/docs/15/sql-altertable.html
 */
function setNotNull({ identity, facts }: SchemaObject, alter: string): RepairAction[] {
  const { table = "", name = "" } = facts;
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 8);
  const check = `hosterizer_not_null_${hash}`;
  const drop = `alter table ${table ?? ""} drop constraint if exists ${check}`;
  const add = `alter table ${table ?? ""} add constraint ${check} check (${name ?? ""} is not null) not valid`;
  return [
    { transaction: [refuseNulls(identity, table ?? "", name ?? "")] },
    { transaction: [drop, add], cleanUp: drop },
    { transaction: [`alter table ${table ?? ""} validate constraint ${check}`], cleanUp: drop },
    { transaction: [`${alter} set not null`, drop] },
  ];
}

function refuseNulls(identity: string, table: string, name: string): string {
  const message = escapeLiteral(`${identity} is null in % rows`);
  const body = `declare
    nulls bigint;
begin
    select pg_catalog.count(*) into nulls from ${table} where ${name} is null;
    if nulls > 0 then
        raise exception using errcode = '23502', message = pg_catalog.replace(${message}, '%', nulls::text);
    end if;
end`;
  return `do ${escapeLiteral(body)}`;
}
