import type { AlterTableStmt, Node, RangeVar } from "libpg-query";

import { keyOf, relationOf } from "../../sql/parsedNames";
import { workOfCommand } from "./workOfCommand";

/** What a statement does while it holds its lock: nothing that takes longer on a larger table, or one of the others. */
export type Work = "none" | "scan" | "rewrite" | "index" | "every row";

/** Table-level locks that keep somebody out, https://www.postgresql.org/docs/15/explicit-locking.html. */
export type LockMode = "ROW EXCLUSIVE" | "SHARE" | "SHARE ROW EXCLUSIVE" | "ACCESS EXCLUSIVE";

/** What a statement takes of one table. */
export interface StatementLock {
  /** With its schema. */
  table: string;
  mode: LockMode;
  work: Work;
}

/** The locks by which a statement keeps others from reading or writing tables that are there already. */
export function statementLocks(node: Node): StatementLock[] {
  if ("AlterTableStmt" in node) return ofAlterTable(node.AlterTableStmt);
  if ("IndexStmt" in node) {
    const { concurrent, relation } = node.IndexStmt;
    return concurrent === true ? [] : on(relation, "SHARE", "index");
  }
  if ("ReindexStmt" in node) {
    const { relation, params = [] } = node.ReindexStmt;
    return params.some(isConcurrently) ? [] : on(relation, "ACCESS EXCLUSIVE", "index");
  }
  if ("ClusterStmt" in node) {
    const { relation } = node.ClusterStmt;
    return on(relation, "ACCESS EXCLUSIVE", "rewrite");
  }
  if ("UpdateStmt" in node || "DeleteStmt" in node) {
    const { relation, whereClause } = "UpdateStmt" in node ? node.UpdateStmt : node.DeleteStmt;
    if (whereClause !== undefined) return [];
    return on(relation, "ROW EXCLUSIVE", "every row");
  }
  if ("RefreshMatViewStmt" in node) {
    const { concurrent, relation } = node.RefreshMatViewStmt;
    return concurrent === true ? [] : on(relation, "ACCESS EXCLUSIVE", "rewrite");
  }
  return [];
}

function ofAlterTable({ relation, cmds = [], objtype }: AlterTableStmt): StatementLock[] {
  if (relation === undefined || objtype !== "OBJECT_TABLE") return [];
  return cmds.flatMap((command) => {
    const found = "AlterTableCmd" in command ? workOfCommand(command.AlterTableCmd) : undefined;
    if (found === undefined) return [];
    const { mode, work, other } = found;
    // A partition that is attached is read, and its parent is not locked against anybody.
    return on(other ?? relation, mode, work);
  });
}

function on(table: RangeVar | undefined, mode: LockMode, work: Work): StatementLock[] {
  return table === undefined ? [] : [{ table: keyOf(relationOf(table)), mode, work }];
}

function isConcurrently(parameter: Node): boolean {
  return "DefElem" in parameter && parameter.DefElem.defname === "concurrently";
}
