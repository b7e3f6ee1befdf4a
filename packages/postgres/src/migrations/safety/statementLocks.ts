import type {
  AlterTableCmd,
  AlterTableStmt,
  ColumnDef,
  Constraint,
  Node,
  RangeVar,
} from "libpg-query";

import type { Connection } from "../../connection/connection";
import { withSession } from "../../connection/withSession";
import { readSql } from "../../sql/readSql";
import { keyOf, relationOf, stringsOf } from "../../sql/tableName";
import type { SafetyRule, StatementFinding } from "./safetyFinding";

/** What a statement does while it holds its lock: nothing that depends on the size of the table, or one of the others. */
type Work = "none" | "scan" | "rewrite" | "index" | "every row";

/** Table-level lock modes that block other sessions, https://www.postgresql.org/docs/15/explicit-locking.html. */
type LockMode = "ROW EXCLUSIVE" | "SHARE" | "SHARE ROW EXCLUSIVE" | "ACCESS EXCLUSIVE";

/** A lock that a statement takes on one table. */
interface StatementLock {
  /** With its schema. */
  table: string;
  mode: LockMode;
  work: Work;
}

/** How many rows each table has, by its name with the schema. A table that is missing here does not exist yet. */
export type RowEstimates = ReadonlyMap<string, number>;

/** Estimated rows of each table of a database, from its statistics. Reads only the catalog. */
export async function readRowEstimates(connection: Connection): Promise<RowEstimates> {
  return withSession(connection, async (client) => {
    const sql = readSql(__dirname, "rowEstimates");
    const { rows } = await client.query<{ table: string; rows: number | null }>(sql);
    return new Map(rows.map(({ table, rows: count }) => [table, Math.round(count ?? 0)]));
  });
}

/** Reading or writing fewer rows than this takes no noticeable time. */
const smallTable = 10_000;

const rules: Record<Exclude<Work, "none">, { rule: SafetyRule; does: string; remedy: string }> = {
  rewrite: {
    rule: "rewrites-table",
    does: "rewrites it",
    remedy:
      "Add a new column, fill it in batches, and switch over in a later migration; or give a column a constant default",
  },
  scan: {
    rule: "scans-table",
    does: "scans it",
    remedy:
      "Add the constraint NOT VALID and validate it in the next migration; SET NOT NULL is cheap once a valid CHECK (… is not null) exists",
  },
  index: {
    rule: "builds-index",
    does: "builds an index on it",
    remedy:
      "Build it in a separate file with CREATE INDEX CONCURRENTLY, and turn it into a constraint with ADD CONSTRAINT … USING INDEX",
  },
  "every row": {
    rule: "changes-every-row",
    does: "changes every row of it",
    remedy: "Change the rows in batches, outside of migrations, or restrict them with a WHERE",
  },
};

/**
 * The locks of a statement that block others for longer the larger the table is. Tables known to be small are left out.
 *
 * @param newborn Tables that the same file creates: no other session waits for them.
 */
export function lockFindings(
  node: Node,
  newborn: ReadonlySet<string>,
  rows?: RowEstimates,
): StatementFinding[] {
  return statementLocks(node).flatMap(({ table, mode, work }) => {
    if (work === "none" || newborn.has(table)) return [];
    const count = rows?.get(table);
    if (rows !== undefined && (count ?? 0) < smallTable) return [];
    const { rule, does, remedy } = rules[work];
    const size = count === undefined ? "" : ` with about ${count} rows`;
    return [{ rule, fault: `it locks ${table}${size} in ${mode} mode and ${does}`, remedy }];
  });
}

/** The locks with which a statement blocks reads or writes of existing tables. */
export function statementLocks(node: Node): StatementLock[] {
  if ("AlterTableStmt" in node) return locksOfAlterTable(node.AlterTableStmt);
  if ("IndexStmt" in node) {
    const { concurrent, relation } = node.IndexStmt;
    return concurrent === true ? [] : lockOn(relation, "SHARE", "index");
  }
  if ("ReindexStmt" in node) {
    const { relation, params = [] } = node.ReindexStmt;
    return params.some(isConcurrently) ? [] : lockOn(relation, "ACCESS EXCLUSIVE", "index");
  }
  if ("ClusterStmt" in node) {
    const { relation } = node.ClusterStmt;
    return lockOn(relation, "ACCESS EXCLUSIVE", "rewrite");
  }
  if ("UpdateStmt" in node || "DeleteStmt" in node) {
    const { relation, whereClause } = "UpdateStmt" in node ? node.UpdateStmt : node.DeleteStmt;
    if (whereClause !== undefined) return [];
    return lockOn(relation, "ROW EXCLUSIVE", "every row");
  }
  if ("RefreshMatViewStmt" in node) {
    const { concurrent, relation } = node.RefreshMatViewStmt;
    return concurrent === true ? [] : lockOn(relation, "ACCESS EXCLUSIVE", "rewrite");
  }
  return [];
}

function lockOn(table: RangeVar | undefined, mode: LockMode, work: Work): StatementLock[] {
  return table === undefined ? [] : [{ table: keyOf(relationOf(table)), mode, work }];
}

function isConcurrently(parameter: Node): boolean {
  return "DefElem" in parameter && parameter.DefElem.defname === "concurrently";
}

function locksOfAlterTable({ relation, cmds = [], objtype }: AlterTableStmt): StatementLock[] {
  if (relation === undefined || objtype !== "OBJECT_TABLE") return [];
  return cmds.flatMap((command) => {
    const lock = "AlterTableCmd" in command ? lockOfCommand(command.AlterTableCmd) : undefined;
    return lock === undefined ? [] : lockOn(lock.other ?? relation, lock.mode, lock.work);
  });
}

/** The lock of one command of ALTER TABLE; `other` is the locked table if it is not the altered one. */
type CommandLock = Omit<StatementLock, "table"> & { other?: RangeVar };

/**
 * What one command of ALTER TABLE does to the rows, https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES.
 *
 * A changed type counts as a rewrite: the text does not tell whether the old values fit the new type unchanged.
 */
function lockOfCommand({ subtype, def }: AlterTableCmd): CommandLock | undefined {
  const exclusive = (work: Work): CommandLock => ({ mode: "ACCESS EXCLUSIVE", work });
  switch (subtype) {
    case "AT_AddColumn":
      return def !== undefined && "ColumnDef" in def
        ? exclusive(workOfColumn(def.ColumnDef))
        : undefined;
    case "AT_AlterColumnType":
    case "AT_SetLogged":
    case "AT_SetUnLogged":
    case "AT_SetTableSpace":
    case "AT_SetAccessMethod":
      return exclusive("rewrite");
    case "AT_SetNotNull":
      return exclusive("scan");
    case "AT_AddConstraint":
      return def !== undefined && "Constraint" in def
        ? lockOfConstraint(def.Constraint)
        : undefined;
    case "AT_AttachPartition": {
      // The attached partition is scanned; the lock on its parent blocks neither reads nor writes.
      const partition =
        def !== undefined && "PartitionCmd" in def ? def.PartitionCmd.name : undefined;
      return partition && { ...exclusive("scan"), other: partition };
    }
    default:
      return undefined;
  }
}

function workOfColumn({ typeName, constraints = [] }: ColumnDef): Work {
  const type = (typeName?.names ?? []).flatMap(stringsOf).at(-1) ?? "";
  const kinds = constraints.flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
  const has = (kind: Constraint["contype"]) => kinds.some(({ contype }) => contype === kind);
  const defaults = kinds.filter(({ contype }) => contype === "CONSTR_DEFAULT");
  const isComputed = defaults.some(({ raw_expr: expression }) => callsFunction(expression));
  if (/^(small|big)?serial$|^serial[248]$/.test(type) || isComputed) return "rewrite";
  if (has("CONSTR_IDENTITY") || has("CONSTR_GENERATED")) return "rewrite";
  if (has("CONSTR_UNIQUE") || has("CONSTR_PRIMARY")) return "index";
  return has("CONSTR_CHECK") || has("CONSTR_FOREIGN") ? "scan" : "none";
}

function lockOfConstraint({
  contype,
  skip_validation: isNotValid,
  indexname,
}: Constraint): CommandLock | undefined {
  if (contype === "CONSTR_CHECK" && isNotValid !== true)
    return { mode: "ACCESS EXCLUSIVE", work: "scan" };
  if (contype === "CONSTR_FOREIGN" && isNotValid !== true)
    return { mode: "SHARE ROW EXCLUSIVE", work: "scan" };
  const isIndex = ["CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"].includes(contype ?? "");
  return isIndex && indexname === undefined
    ? { mode: "ACCESS EXCLUSIVE", work: "index" }
    : undefined;
}

// For these stable functions PostgreSQL stores one value for all existing rows.
const stable = new Set(["now", "transaction_timestamp", "statement_timestamp"]);

/** Whether a default has to be computed for every row: any function may be volatile unless it is known to be stable. */
function callsFunction(expression: unknown): boolean {
  if (typeof expression !== "object" || expression === null) return false;
  if ("FuncCall" in expression) {
    const { funcname = [] } = expression.FuncCall as { funcname?: Node[] };
    return !stable.has(funcname.flatMap(stringsOf).at(-1) ?? "");
  }
  return Object.values(expression).some(callsFunction);
}
