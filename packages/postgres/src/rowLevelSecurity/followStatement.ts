import type { AlterTableCmd, Constraint, CreateStmt, Node, RenameStmt } from "libpg-query";

import { keyOf, listedRelation, relationOf } from "../sql/tableName";
import type { MigratedTable } from "./migratedTables";

type Tables = Map<string, MigratedTable>;

const followed = new Set([
  "AlterObjectSchemaStmt",
  "AlterTableStmt",
  "CallStmt",
  "CreateStmt",
  "CreateTableAsStmt",
  "DoStmt",
  "DropStmt",
  "RenameStmt",
]);

/** Whether a statement can change what tables there are, or of which form. */
export function shapesTables(node: Node): boolean {
  return Object.keys(node).some((kind) => followed.has(kind));
}

/** Applies one statement to the picture of the tables; false if it cannot tell what the statement does to them. */
export function followStatement(node: Node, tables: Tables): boolean {
  if (!shapesTables(node)) return true;
  if ("DoStmt" in node || "CreateTableAsStmt" in node || "CallStmt" in node) return false;
  if ("CreateStmt" in node) return create(node.CreateStmt, tables);
  if ("AlterTableStmt" in node) {
    const table = tables.get(keyOf(relationOf(node.AlterTableStmt.relation)));
    for (const command of node.AlterTableStmt.cmds ?? []) {
      if (table !== undefined && "AlterTableCmd" in command)
        alter(table, node.AlterTableStmt.relation?.relname ?? "", command.AlterTableCmd, tables);
    }
  }
  if ("RenameStmt" in node) rename(node.RenameStmt, tables);
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
    for (const object of node.DropStmt.objects ?? []) tables.delete(keyOf(listedRelation(object)));
  }
  return !("AlterObjectSchemaStmt" in node);
}

function create(
  { relation, tableElts = [], inhRelations = [] }: CreateStmt,
  tables: Tables,
): boolean {
  const table: MigratedTable = {
    columns: new Set(),
    references: new Map(),
    isChild: inhRelations.length > 0,
  };
  // LIKE, INHERITS and PARTITION OF bring columns that stand elsewhere.
  const likes = tableElts.flatMap((element) =>
    "TableLikeClause" in element ? [element.TableLikeClause.relation] : [],
  );
  const parents = inhRelations.flatMap((parent) => ("RangeVar" in parent ? [parent.RangeVar] : []));
  const lenders = [...likes, ...parents].map((lender) => tables.get(keyOf(relationOf(lender))));
  for (const lender of lenders) {
    for (const column of lender?.columns ?? []) table.columns.add(column);
  }
  for (const element of tableElts) define(table, relation?.relname ?? "", element);
  tables.set(keyOf(relationOf(relation)), table);
  return lenders.every((lender) => lender !== undefined);
}

function define({ columns, references }: MigratedTable, relation: string, element: Node): void {
  if ("Constraint" in element) refer(references, relation, element.Constraint);
  if (!("ColumnDef" in element)) return;
  const { colname = "", constraints = [] } = element.ColumnDef;
  columns.add(colname);
  for (const constraint of constraints) {
    if ("Constraint" in constraint) refer(references, relation, constraint.Constraint, colname);
  }
}

function refer(
  references: MigratedTable["references"],
  relation: string,
  { contype, conname, pktable, fk_attrs = [] }: Constraint,
  column?: string,
): void {
  if (contype !== "CONSTR_FOREIGN") return;
  const listed = fk_attrs.flatMap((name) => ("String" in name ? [name.String.sval ?? ""] : []));
  const columns = column === undefined ? listed : [column];
  // Where no name is given, PostgreSQL makes one of this form.
  const name = conname ?? `${relation}_${columns.join("_")}_fkey`;
  references.set(name, { target: keyOf(relationOf(pktable)), columns });
}

function alter(
  table: MigratedTable,
  relation: string,
  { subtype, name = "", def }: AlterTableCmd,
  tables: Tables,
): void {
  if ((subtype === "AT_AddColumn" || subtype === "AT_AddConstraint") && def !== undefined) {
    define(table, relation, def);
  }
  if (subtype === "AT_DropConstraint") table.references.delete(name);
  if (subtype === "AT_DropColumn") {
    table.columns.delete(name);
    for (const [constraint, { columns }] of table.references) {
      if (columns.includes(name)) table.references.delete(constraint);
    }
  }
  if (def !== undefined && "PartitionCmd" in def) {
    const partition = tables.get(keyOf(relationOf(def.PartitionCmd.name)));
    if (partition !== undefined) partition.isChild = subtype === "AT_AttachPartition";
  }
}

function rename({ renameType, relation, subname, newname }: RenameStmt, tables: Tables): void {
  const name = keyOf(relationOf(relation));
  const table = tables.get(name);
  if (table === undefined || newname === undefined) return;
  if (renameType === "OBJECT_COLUMN" && subname !== undefined && table.columns.delete(subname)) {
    table.columns.add(newname);
  }
  if (renameType !== "OBJECT_TABLE") return;
  const renamed = keyOf(relationOf({ ...relation, relname: newname }));
  tables.delete(name);
  tables.set(renamed, table);
  for (const { references } of tables.values()) {
    for (const [constraint, { target, columns }] of references) {
      if (target === name) references.set(constraint, { target: renamed, columns });
    }
  }
}
