import type { IndexStmt, Node } from "libpg-query";
import { type Client, escapeIdentifier } from "pg";

import { readSql } from "../sql/readSql";

/** Whether a statement says CONCURRENTLY, which PostgreSQL refuses inside a transaction. */
export function isConcurrent(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  return false;
}

/**
 * Drops what an interrupted CREATE INDEX CONCURRENTLY of this very index left behind: an index that queries can't
 * use, but that every write keeps up and whose name is taken.
 */
export async function dropInvalidIndex(client: Client, node: Node): Promise<void> {
  if (!("IndexStmt" in node)) return;
  const index = await findIndex(client, node.IndexStmt);
  if (index?.valid === false) await client.query(`drop index concurrently ${index.name}`);
}

/** Whether a concurrent statement that was started, and never recorded as finished, was finished all the same. */
export async function isDone(client: Client, node: Node): Promise<boolean> {
  if ("IndexStmt" in node) return (await findIndex(client, node.IndexStmt))?.valid === true;
  if (!("DropStmt" in node)) return false;

  for (const object of node.DropStmt.objects ?? []) {
    const items = "List" in object ? (object.List.items ?? []) : [];
    const parts = items.map((item) => ("String" in item ? (item.String.sval ?? "") : ""));
    const { rows } = await client.query<{ gone: boolean }>(
      "select pg_catalog.to_regclass($1) is null as gone",
      [parts.map(escapeIdentifier).join(".")],
    );
    if (rows[0]?.gone !== true) return false;
  }
  return true;
}

async function findIndex(client: Client, { idxname, relation }: IndexStmt) {
  if (idxname === undefined || relation?.relname === undefined) return undefined;
  const table = [relation.schemaname, relation.relname].filter((part) => part !== undefined);
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    readSql(__dirname, "indexOfTable"),
    [table.map(escapeIdentifier).join("."), idxname],
  );
  return rows[0];
}
