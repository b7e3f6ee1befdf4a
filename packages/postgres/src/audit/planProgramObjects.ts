import type { AuditFinding } from "./auditFinding";
import type { ProgramObject } from "./readProgramObjects";
import { repairOf } from "./repairOf";

/** What holds no rows, and nothing else that could not be made again. */
const empty = new Set([
  "function",
  "procedure",
  "aggregate",
  "operator",
  "view",
  "index",
  "trigger",
  "rule",
  "policy",
  "table constraint",
]);

/** As PostgreSQL calls it in statements, where pg_identify_object does not. */
const words = new Map([
  ["table column", "column"],
  ["foreign table column", "column"],
  ["table constraint", "constraint"],
  ["statistics object", "statistics"],
]);

/**
 * A finding for each object that somebody has put among the program's own: no migration knows it, and the recorded schema
 * leaves these schemas out.
 *
 * What holds no rows is dropped, unless something else is built on it. What may hold some is left.
 */
export function planProgramObjects(found: readonly ProgramObject[]): AuditFinding[] {
  return found.map((its) => {
    const word = words.get(its.kind) ?? its.kind;
    const object = `${word} ${its.name}`;
    return {
      kind: "object in the program's schema",
      object,
      expected: null,
      actual: `${word} that the program did not make`,
      ...consequence(its),
    };
  });
}

function consequence(its: ProgramObject): Pick<AuditFinding, "repair" | "sql" | "reason"> {
  const { kind, name, table, constraint, droppable, dependents } = its;
  if (!empty.has(kind)) return { repair: "none", reason: remedy(kind) };
  if (dependents !== null) {
    return { repair: "none", reason: `drop it together with ${dependents.join(", ")}` };
  }
  const sql =
    table === null || constraint === null
      ? `drop ${kind} ${name}`
      : `alter table ${table} drop constraint ${constraint}`;
  return repairOf(droppable, sql, "its owner or a superuser");
}

// A column can't go anywhere else.
function remedy(kind: string): string {
  return kind.endsWith("column")
    ? "it may hold data; drop it"
    : "it may hold data; drop it, or move it to another schema with SET SCHEMA";
}
