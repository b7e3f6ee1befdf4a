import type { AlterTableCmd, Constraint, CreateStmt, Node, RenameStmt } from "libpg-query";

import { type Cached, type FileCache, uncached, withFileCache } from "../migrations/fileCache";
import { numberOf } from "../migrations/migration";
import type { MigrationsFolder } from "../migrations/migrationsFolder";
import { splitStatements } from "../sql/statements";
import { keyOf, listedRelation, relationOf } from "../sql/tableName";

/** A table as migrations leave it. */
export interface MigratedTable {
  columns: Set<string>;
  /** Foreign keys by name, with the table that they refer to as `schema.table`. */
  references: Map<string, { target: string; columns: readonly string[] }>;
  /** Whether it is a partition or another child of a table. */
  isChild: boolean;
}

type Tables = Map<string, MigratedTable>;

/** The tables that a sequence of migrations leaves. */
export interface MigratedTables {
  /** By `schema.table`. */
  tables: ReadonlyMap<string, MigratedTable>;
  /** By `schema.view`. */
  views: ReadonlySet<string>;
  /** False if the effect of some SQL cannot be read from its text, such as that of DO. */
  complete: boolean;
}

const cache: FileCache = { name: "migrated-tables", code: __dirname };

/**
 * The tables that a folder's migrations will have created: those up to the target, and all of them. Files with a fault count
 * too, or the tables that they create would be reported as missing.
 */
export function readMigratedTables(
  { directory, ups }: Pick<MigrationsFolder, "directory" | "ups">,
  target = Infinity,
): Promise<{ atTarget: MigratedTables; atLast: MigratedTables }> {
  const wanted = ups.filter(({ fileName }) => !(numberOf(fileName) > target));
  const textsOf = (files: typeof ups) => files.map(({ text }) => text);
  return withFileCache<TableStatements, { atTarget: MigratedTables; atLast: MigratedTables }>(
    cache,
    directory,
    async (recall) => ({
      atTarget: await migratedTables(textsOf(wanted), recall),
      atLast: await migratedTables(textsOf(ups), recall),
    }),
  );
}

/** The statements of a file that tables depend on; null if the parser rejects the file. */
export type TableStatements = readonly Node[] | null;

/**
 * Reads what migrations will have created, from their text alone.
 *
 * @param recall Returns what is remembered of files. Default: nothing is.
 */
export async function migratedTables(
  upFiles: readonly string[],
  recall: Cached<TableStatements> = uncached,
): Promise<MigratedTables> {
  const tables: Tables = new Map();
  const views = new Set<string>();
  let complete = true;
  for (const sql of upFiles) {
    const statements = await recall(sql, () => tableStatements(sql));
    // A newer server may accept what the parser rejects.
    if (statements === null) complete = false;
    for (const node of statements ?? []) {
      followView(node, views);
      if (!followStatement(node, tables)) complete = false;
    }
  }
  return { tables, views, complete };
}

async function tableStatements(sql: string): Promise<TableStatements> {
  const statements = await splitStatements(sql).catch(() => null);
  return statements?.map(({ node }) => node).filter(shapesTables) ?? null;
}

const followed = new Set([
  "AlterObjectSchemaStmt",
  "AlterTableStmt",
  "CallStmt",
  "CreateStmt",
  "CreateTableAsStmt",
  "DoStmt",
  "DropStmt",
  "RenameStmt",
  "ViewStmt",
]);

/** Whether a statement can create, change or drop tables or views. */
function shapesTables(node: Node): boolean {
  return Object.keys(node).some((kind) => followed.has(kind));
}

/** Applies one statement to the views. */
function followView(node: Node, views: Set<string>): void {
  if ("ViewStmt" in node) views.add(keyOf(relationOf(node.ViewStmt.view)));
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_VIEW") {
    for (const object of node.DropStmt.objects ?? []) views.delete(keyOf(listedRelation(object)));
  }
  if ("RenameStmt" in node && node.RenameStmt.newname !== undefined) {
    const { relation, newname, renameType } = node.RenameStmt;
    const isWhole = renameType === "OBJECT_VIEW" || renameType === "OBJECT_TABLE";
    if (isWhole && views.delete(keyOf(relationOf(relation))))
      views.add(keyOf(relationOf({ ...relation, relname: newname })));
  }
}

/** Applies one statement to the tables. Returns false if its effect on them is unknown. */
function followStatement(node: Node, tables: Tables): boolean {
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
  // LIKE, INHERITS and PARTITION OF take columns from other tables.
  const likes = tableElts.flatMap((element) =>
    "TableLikeClause" in element ? [element.TableLikeClause.relation] : [],
  );
  const parents = inhRelations.flatMap((parent) => ("RangeVar" in parent ? [parent.RangeVar] : []));
  const sources = [...likes, ...parents].map((source) => tables.get(keyOf(relationOf(source))));
  for (const source of sources) {
    for (const column of source?.columns ?? []) table.columns.add(column);
  }
  for (const element of tableElts) addElement(table, relation?.relname ?? "", element);
  tables.set(keyOf(relationOf(relation)), table);
  return sources.every((source) => source !== undefined);
}

function addElement({ columns, references }: MigratedTable, relation: string, element: Node): void {
  if ("Constraint" in element) addReference(references, relation, element.Constraint);
  if (!("ColumnDef" in element)) return;
  const { colname = "", constraints = [] } = element.ColumnDef;
  columns.add(colname);
  for (const constraint of constraints) {
    if ("Constraint" in constraint)
      addReference(references, relation, constraint.Constraint, colname);
  }
}

function addReference(
  references: MigratedTable["references"],
  relation: string,
  { contype, conname, pktable, fk_attrs = [] }: Constraint,
  column?: string,
): void {
  if (contype !== "CONSTR_FOREIGN") return;
  const listed = fk_attrs.flatMap((name) => ("String" in name ? [name.String.sval ?? ""] : []));
  const columns = column === undefined ? listed : [column];
  // PostgreSQL names a constraint without a name like this.
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
    addElement(table, relation, def);
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
