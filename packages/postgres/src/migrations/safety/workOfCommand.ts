import type { AlterTableCmd, ColumnDef, Constraint, Node, RangeVar } from "libpg-query";

import { stringsOf } from "../../sql/parsedNames";
import type { StatementLock } from "./statementLocks";

/** What a command needs, and of which table if it is not the altered one. */
export type CommandWork = Omit<StatementLock, "table"> & { other?: RangeVar };

/**
 * What one command of ALTER TABLE does to the rows, https://www.postgresql.org/docs/15/sql-altertable.html#SQL-ALTERTABLE-NOTES.
 *
 * A changed type counts as a rewrite: whether the old values fit the new type as they are is not in the text.
 */
export function workOfCommand({ subtype, def }: AlterTableCmd): CommandWork | undefined {
  const exclusive = (work: CommandWork["work"]): CommandWork => ({
    mode: "ACCESS EXCLUSIVE",
    work,
  });
  switch (subtype) {
    case "AT_AddColumn":
      return def !== undefined && "ColumnDef" in def
        ? exclusive(ofColumn(def.ColumnDef))
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
      return def !== undefined && "Constraint" in def ? ofConstraint(def.Constraint) : undefined;
    case "AT_AttachPartition": {
      const partition =
        def !== undefined && "PartitionCmd" in def ? def.PartitionCmd.name : undefined;
      return partition && { ...exclusive("scan"), other: partition };
    }
    default:
      return undefined;
  }
}

function ofColumn({ typeName, constraints = [] }: ColumnDef): CommandWork["work"] {
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

function ofConstraint({
  contype,
  skip_validation: later,
  indexname,
}: Constraint): CommandWork | undefined {
  if (contype === "CONSTR_CHECK" && later !== true)
    return { mode: "ACCESS EXCLUSIVE", work: "scan" };
  if (contype === "CONSTR_FOREIGN" && later !== true)
    return { mode: "SHARE ROW EXCLUSIVE", work: "scan" };
  const isIndex = ["CONSTR_UNIQUE", "CONSTR_PRIMARY", "CONSTR_EXCLUSION"].includes(contype ?? "");
  return isIndex && indexname === undefined
    ? { mode: "ACCESS EXCLUSIVE", work: "index" }
    : undefined;
}

// Stable ones, of which PostgreSQL stores the value once for all rows that are there.
const stable = new Set(["now", "transaction_timestamp", "statement_timestamp"]);

/** Whether a default has to be computed for every row: any function may be volatile unless it is known not to be. */
function callsFunction(expression: unknown): boolean {
  if (typeof expression !== "object" || expression === null) return false;
  if ("FuncCall" in expression) {
    const { funcname = [] } = expression.FuncCall as { funcname?: Node[] };
    return !stable.has(funcname.flatMap(stringsOf).at(-1) ?? "");
  }
  return Object.values(expression).some(callsFunction);
}
