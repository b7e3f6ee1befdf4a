import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { readSql } from "../sql/readSql";
import { DeclarationErrors } from "../userError";
import type { Scrub } from "./scrubDeclaration";
import { quoted, readStoredColumns, scrubFaults, scrubStatements } from "./scrubPlan";

/** What is scrubbed, and by which rules. */
export interface ScrubRequest {
  rules: Scrub;
  /** Role that owns the tables. The connection's role is a member. */
  owner: string;
  /** Schemas that contain no data of users. */
  ownSchemas: readonly string[];
}

/**
 * Gives every column its new values, and writes every table again, so that no file of the database has an old one: not as a dead row, not in
 * an index, not in the statistics. Those must have been deleted: see `eraseStatistics`.
 *
 * In a session that has no more rights than the owner: expressions of indexes, checks and generated columns are the owner's code. Triggers
 * and rules are off meanwhile; one that keeps a history would store what is removed here.
 *
 * @param connection to a server that no one else can reach, and on which autovacuum is off: a transaction that sees old rows would keep them
 * @returns the number of tables that were changed
 * @throws DeclarationErrors if a column that may hold text has no rule
 */
export async function scrubDatabase(
  connection: Connection,
  { rules, owner, ownSchemas }: ScrubRequest,
): Promise<number> {
  return withClient(connection, "scrub", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    const columns = await readStoredColumns(client, ownSchemas);
    const faults = scrubFaults(columns, rules, { mayLack: true });
    if (faults.length > 0) throw new DeclarationErrors(faults);
    const statements = scrubStatements(columns, rules);
    await update(client, statements, ownSchemas);
    const views = await refreshViews(client);
    const tables = new Set(columns.map(quoted));
    for (const relation of [...tables, ...views])
      await client.query(`vacuum (full, analyze) ${relation}`);
    return statements.length;
  });
}

async function update(
  client: Client,
  statements: readonly string[],
  ownSchemas: readonly string[],
): Promise<void> {
  await client.query("begin");
  const { rows: guards } = await client.query<{ off: string; on: string }>(
    readSql(__dirname, "guards"),
    [ownSchemas],
  );
  for (const { off } of guards) await client.query(off);
  for (const statement of statements) await client.query(statement);
  // A check that waits for the commit would keep its table from being altered.
  await client.query("set constraints all immediate");
  for (const { on } of guards) await client.query(on);
  await client.query("commit");
}

/** Fills materialized views again, which have copies of rows. @returns their names, in SQL */
async function refreshViews(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; table: string }>(
    `select n.nspname as schema, c.relname as "table"
       from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      where c.relkind = 'm' and c.relispopulated and n.nspname !~ '^pg_'
      order by c.oid`,
  );
  const names = rows.map(quoted);
  // Each is made from those before it.
  for (const name of names) await client.query(`refresh materialized view ${name}`);
  return names;
}
