import type { Client } from "pg";

import { type Finding, repairIf } from "../convergence/difference";
import { ledgerObjects, ledgerTable } from "../migrations/ledger";
import { lookupObjects, lookupSchema } from "../pooler/userLookup";
import { contextObjects, contextSchema } from "../rowLevelSecurity/contextFunctions";
import { signingKeysObjects } from "../rowLevelSecurity/signingKeys";
import { readSql } from "../sql/readSql";

export const programObjectKinds = ["object in the program's schema"] as const;

type ProgramObjectFinding = Finding<(typeof programObjectKinds)[number]>;

/** An object in the program's own schemas that the program did not create. */
interface ForeignObject {
  /** As pg_identify_object calls it: `table column`. */
  kind: string;
  /** Quoted, with its schema; on a table, with the table. */
  name: string;
  /** A constraint's table and name, quoted. */
  table: string | null;
  constraint: string | null;
  /** The session that reads may drop it. */
  droppable: boolean;
  /** What DROP … CASCADE would drop too. */
  dependents: string[] | null;
}

/**
 * A finding for each object among the program's own that the program did not create: no migration created it, and the
 * recorded schema excludes these schemas.
 *
 * Objects without rows are dropped, unless something else depends on them. Objects that may hold rows are left alone.
 */
export async function inspectProgramObjects(client: Client): Promise<ProgramObjectFinding[]> {
  const schemas = [contextSchema, ledgerTable.schema, lookupSchema];
  const own = [...contextObjects, ...ledgerObjects, ...lookupObjects, ...signingKeysObjects];
  const sql = readSql(__dirname, "programObjects");
  const { rows } = await client.query<ForeignObject>(sql, [schemas, own]);
  return rows.map((foreign) => {
    const word = words.get(foreign.kind) ?? foreign.kind;
    return {
      kind: "object in the program's schema",
      object: `${word} ${foreign.name}`,
      expected: null,
      actual: `${word} that the program did not create`,
      ...repairOf(foreign),
    };
  });
}

/** Kinds that statements call otherwise than pg_identify_object. */
const words = new Map([
  ["table column", "column"],
  ["foreign table column", "column"],
  ["table constraint", "constraint"],
  ["statistics object", "statistics"],
]);

/** Kinds of objects that hold no rows and nothing else that could not be created again. */
const withoutRows = new Set([
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

function repairOf(foreign: ForeignObject): Pick<Finding, "repair" | "sql" | "reason"> {
  const { kind, name, table, constraint, droppable, dependents } = foreign;
  if (!withoutRows.has(kind)) {
    // A column cannot move to another schema.
    const alternative = kind.endsWith("column")
      ? ""
      : ", or move it to another schema with SET SCHEMA";
    return { repair: "none", reason: `it may hold data; drop it${alternative}` };
  }
  if (dependents !== null) {
    return { repair: "none", reason: `drop it together with ${dependents.join(", ")}` };
  }
  const sql =
    table === null || constraint === null
      ? `drop ${kind} ${name}`
      : `alter table ${table} drop constraint ${constraint}`;
  return repairIf(droppable, sql, "its owner or a superuser");
}
