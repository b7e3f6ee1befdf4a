import type { AlterTableCmd, Node, RangeVar } from "libpg-query";

import { splitStatements } from "../migrations/splitStatements";

/** The tables that a row of migrations leaves behind. */
export interface MigratedTables {
  /** Column names by `schema.table`. */
  tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** False if there is SQL whose effect cannot be read beforehand, such as DO. */
  complete: boolean;
}

/** Reads what migrations will have created, from their text alone. */
export async function migratedTables(upFiles: readonly string[]): Promise<MigratedTables> {
  const tables = new Map<string, Set<string>>();
  let complete = true;
  for (const sql of upFiles) {
    // Text that is no SQL to the parser may still be some to a newer server.
    const statements = await splitStatements(sql).catch(() => undefined);
    if (statements === undefined) complete = false;
    for (const { node } of statements ?? []) {
      if (!follow(node, tables)) complete = false;
    }
  }
  return { tables, complete };
}

/** Applies one statement to the picture; false if it cannot tell what the statement does. */
function follow(node: Node, tables: Map<string, Set<string>>): boolean {
  if ("DoStmt" in node || "CreateTableAsStmt" in node || "CallStmt" in node) return false;
  if ("CreateStmt" in node) {
    const { relation, tableElts = [], inhRelations, partbound } = node.CreateStmt;
    tables.set(nameOf(relation), new Set(tableElts.flatMap(columnOf)));
    // LIKE, INHERITS and PARTITION OF bring columns that stand elsewhere.
    const borrows = tableElts.some((element) => "TableLikeClause" in element);
    return !borrows && inhRelations === undefined && partbound === undefined;
  }
  if ("AlterTableStmt" in node) {
    const columns = tables.get(nameOf(node.AlterTableStmt.relation));
    for (const command of node.AlterTableStmt.cmds ?? []) {
      if (columns !== undefined && "AlterTableCmd" in command)
        alter(columns, command.AlterTableCmd);
    }
  }
  if ("RenameStmt" in node) return rename(node.RenameStmt, tables);
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
    for (const object of node.DropStmt.objects ?? []) tables.delete(listName(object));
  }
  return !("AlterObjectSchemaStmt" in node);
}

function alter(columns: Set<string>, { subtype, name, def }: AlterTableCmd): void {
  if (subtype === "AT_AddColumn" && def !== undefined) {
    for (const column of columnOf(def)) columns.add(column);
  }
  if (subtype === "AT_DropColumn" && name !== undefined) columns.delete(name);
}

function rename(
  { renameType, relation, subname, newname }: Extract<Node, { RenameStmt: unknown }>["RenameStmt"],
  tables: Map<string, Set<string>>,
): boolean {
  const name = nameOf(relation);
  const columns = tables.get(name);
  if (columns === undefined || newname === undefined) return true;
  if (renameType === "OBJECT_COLUMN" && subname !== undefined && columns.delete(subname)) {
    columns.add(newname);
  }
  if (renameType === "OBJECT_TABLE") {
    tables.delete(name);
    tables.set(nameOf({ ...relation, relname: newname }), columns);
  }
  return true;
}

function columnOf(element: Node): string[] {
  return "ColumnDef" in element && element.ColumnDef.colname !== undefined
    ? [element.ColumnDef.colname]
    : [];
}

// Migrations run with search_path = public.
function nameOf(relation: RangeVar | undefined): string {
  return `${relation?.schemaname ?? "public"}.${relation?.relname ?? ""}`;
}

function listName(object: Node): string {
  const parts = "List" in object ? (object.List.items ?? []) : [];
  const names = parts.flatMap((part) => ("String" in part ? [part.String.sval ?? ""] : []));
  return names.length === 1 ? `public.${names[0] ?? ""}` : names.slice(-2).join(".");
}
