import type { Node, RangeVar } from "libpg-query";

import { splitStatements } from "../../sql/statements";
import { keyOf, relationOf, stringsOf } from "../../sql/tableName";
import type { MigrationFile } from "../migration";
import type { PlacedFinding } from "./safetyFinding";

/**
 * What an up file creates and its down file does not drop, as far as their texts say.
 *
 * Whether the schema is the same after up, down and up is what a rehearsal shows.
 */
export async function downFindings(
  up: MigrationFile,
  down: MigrationFile,
): Promise<PlacedFinding[]> {
  const downs = await splitStatements(down.sql).catch(() => undefined);
  // What a DO block drops is not in the parse tree.
  if (downs === undefined || downs.some(({ node }) => "DoStmt" in node)) return [];
  const dropped = new Set(downs.flatMap(({ node }) => madeAndDropped(node).dropped));
  const ups = (await splitStatements(up.sql).catch(() => [])).map((statement) => ({
    ...statement,
    ...madeAndDropped(statement.node),
  }));
  for (const { node, made } of ups) {
    if (isIndexOfDropped(node, dropped)) made.forEach((index) => dropped.add(index));
  }
  const droppedByUp = new Set(ups.flatMap((statement) => statement.dropped));
  return ups.flatMap(({ made, offset }) =>
    made
      .filter((object) => !droppedByUp.has(object) && !isDropped(object, dropped))
      .map((object) => ({
        rule: "incomplete-down" as const,
        fault: `it creates ${object}, which ${down.path} does not drop`,
        remedy: `Add to the down file: drop ${object.replace(/^column .*/, "column …")}`,
        offset,
      })),
  );
}

/** Whether a statement creates an index of a dropped table, which goes with the table. */
function isIndexOfDropped(node: Node, dropped: ReadonlySet<string>): boolean {
  if (!("IndexStmt" in node)) return false;
  const { schemaname = "public", relname = "" } = node.IndexStmt.relation ?? {};
  return dropped.has(`table ${schemaname}.${relname}`);
}

/** Whether an object, its schema, or the table that it belongs to is dropped. */
function isDropped(object: string, dropped: ReadonlySet<string>): boolean {
  if (dropped.has(object)) return true;
  const [kind = "", name = ""] = object.split(" ");
  const schema = `schema ${name.split(".")[0] ?? ""}`;
  if (kind !== "schema" && dropped.has(schema)) return true;
  if (kind !== "column" && kind !== "trigger") return false;
  return dropped.has(`table ${name.split(".").slice(0, 2).join(".")}`);
}

/** Objects that a statement creates or drops, as `kind name`. */
interface MadeAndDropped {
  made: string[];
  dropped: string[];
}

const droppable: Record<string, string> = {
  OBJECT_TABLE: "table",
  OBJECT_INDEX: "index",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_FUNCTION: "function",
  OBJECT_PROCEDURE: "function",
  OBJECT_TYPE: "type",
  OBJECT_DOMAIN: "type",
  OBJECT_SCHEMA: "schema",
  OBJECT_TRIGGER: "trigger",
};

/** What one statement creates and drops according to its parse tree. */
export function madeAndDropped(node: Node): MadeAndDropped {
  return { made: made(node), dropped: dropped(node) };
}

function made(node: Node): string[] {
  if ("CreateStmt" in node) return named("table", node.CreateStmt.relation);
  if ("ViewStmt" in node) return named("view", node.ViewStmt.view);
  if ("CreateSeqStmt" in node) return named("sequence", node.CreateSeqStmt.sequence);
  if ("IndexStmt" in node) {
    const { idxname, relation } = node.IndexStmt;
    const schema = relation?.schemaname ?? "public";
    return idxname === undefined ? [] : [`index ${schema}.${idxname}`];
  }
  if ("CreateFunctionStmt" in node) return listed("function", node.CreateFunctionStmt.funcname);
  if ("CreateEnumStmt" in node) return listed("type", node.CreateEnumStmt.typeName);
  if ("CreateDomainStmt" in node) return listed("type", node.CreateDomainStmt.domainname);
  if ("CreateSchemaStmt" in node) return [`schema ${node.CreateSchemaStmt.schemaname ?? ""}`];
  if ("CreateTrigStmt" in node) {
    const { trigname = "", relation } = node.CreateTrigStmt;
    return named("trigger", relation).map((place) => `${place}.${trigname}`);
  }
  return columnsOf(node, "AT_AddColumn");
}

function dropped(node: Node): string[] {
  if (!("DropStmt" in node)) return columnsOf(node, "AT_DropColumn");
  const { removeType = "", objects = [] } = node.DropStmt;
  const kind = droppable[removeType];
  if (kind === undefined) return [];
  return objects.map((object) => {
    const words = wordsOf(object);
    const qualified = kind === "schema" || words.length > (kind === "trigger" ? 2 : 1);
    return `${kind} ${(qualified ? words : ["public", ...words]).join(".")}`;
  });
}

function columnsOf(node: Node, subtype: "AT_AddColumn" | "AT_DropColumn"): string[] {
  if (!("AlterTableStmt" in node)) return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  return cmds.flatMap((command) => {
    if (!("AlterTableCmd" in command) || command.AlterTableCmd.subtype !== subtype) return [];
    const { name, def } = command.AlterTableCmd;
    const column = def !== undefined && "ColumnDef" in def ? def.ColumnDef.colname : name;
    return named("column", relation).map((place) => `${place}.${column ?? ""}`);
  });
}

function named(kind: string, relation: RangeVar | undefined): string[] {
  return relation === undefined ? [] : [`${kind} ${keyOf(relationOf(relation))}`];
}

function listed(kind: string, names: readonly Node[] = []): string[] {
  const words = names.flatMap(stringsOf);
  return [`${kind} ${(words.length > 1 ? words : ["public", ...words]).join(".")}`];
}

/** The parts of an object's name. Those of functions and types are nested one level deeper. */
function wordsOf(object: Node): string[] {
  if ("ObjectWithArgs" in object) return (object.ObjectWithArgs.objname ?? []).flatMap(stringsOf);
  if ("TypeName" in object) return (object.TypeName.names ?? []).flatMap(stringsOf);
  return stringsOf(object);
}
