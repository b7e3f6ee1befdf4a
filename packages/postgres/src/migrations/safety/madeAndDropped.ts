import type { Node, RangeVar } from "libpg-query";

import { keyOf, relationOf, stringsOf } from "../../sql/tableName";

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
