import { createHash } from "node:crypto";

import { hasSqlDetails, type IndexStmt, type Node } from "libpg-query";
import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { DeclarationError } from "../userError";
import { locate } from "../sql/locate";
import { readSql } from "../sql/readSql";
import { type Statement, splitStatements } from "../sql/statements";
import { stringsOf } from "../sql/tableName";
import { afterEachFile } from "./fileTransaction";
import { type Direction, isConcurrent, type Migration } from "./migration";
import { type FailurePlace, MigrationError, remedyFor } from "./migrationError";
import { prepareSession, type RunSettings } from "./runSettings";

/**
 * Runs a file that has opted out of its transaction, statement by statement, from the first one that is not finished.
 *
 * A statement that PostgreSQL allows in a transaction gets one, together with the record that it is finished. Any other is
 * recorded when it begins and when it has ended. If the record of the end is missing, the catalog tells whether an index was
 * built or dropped, and any other statement runs again.
 */
export async function runOutsideTransaction(
  client: Client,
  migration: Migration,
  direction: Direction,
  settings: RunSettings,
): Promise<void> {
  const { name } = migration;
  const file = migration[direction];
  const statements = await parse(migration, direction);
  const progress = await readProgress(client, name, direction);

  for (const [index, statement] of statements.entries()) {
    const ordinal = index + 1;
    const sha256 = createHash("sha256").update(statement.text).digest("hex");
    const before = progress.get(ordinal);
    if (before?.finished === true) {
      if (before.sha256 !== sha256) throw editedStatement(file.path, file.sql, statement);
      continue;
    }
    const interrupted = before?.sha256 === sha256;
    await prepareSession(client, settings);

    let place: FailurePlace = { file, statement };
    const record = (finished: boolean) =>
      recordProgress(client, { name, direction, ordinal, sha256, finished });
    try {
      if (!isConcurrent(statement.node)) {
        await client.query("begin");
        if (await allowedInTransaction(client, statement)) {
          place = { file, doing: afterEachFile };
          if (settings.afterEach !== undefined) await client.query(settings.afterEach);
          await record(true);
          await client.query("commit");
          continue;
        }
        await client.query("rollback");
      }
      if (!(interrupted && (await isDone(client, statement.node)))) {
        await record(false);
        await runAlone(client, statement);
      }
      await record(true);
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw new MigrationError(place, error, remedyFor(file, error));
    }
  }
}

async function parse(migration: Migration, direction: Direction): Promise<readonly Statement[]> {
  const file = migration[direction];
  try {
    return await splitStatements(file.sql);
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const { line, column } = locate(file.sql, error.sqlDetails?.cursorPosition ?? 0);
    const remedy = "Fix it and run again: without a transaction, statements are sent one by one";
    throw new DeclarationError(`${file.path}:${line}:${column}`, error.message, remedy);
  }
}

function editedStatement(path: string, sql: string, { offset }: Statement): DeclarationError {
  const { line, column } = locate(sql, offset);
  const fault = "this statement is applied already, and was edited since";
  const remedy = "Restore it, and change only what comes after it";
  return new DeclarationError(`${path}:${line}:${column}`, fault, remedy);
}

/** Runs a statement in the open transaction; returns false if PostgreSQL refuses it there. */
async function allowedInTransaction(client: Client, { text }: Statement): Promise<boolean> {
  try {
    await client.query(text);
    return true;
  } catch (error) {
    const code = error instanceof DatabaseError ? error.code : undefined;
    // active_sql_transaction (VACUUM), invalid_transaction_termination (a procedure that commits)
    if (code === "25001" || code === "2D000") return false;
    throw error;
  }
}

/** Waits for locks without a limit: a time-out would leave an invalid index. */
async function runAlone(client: Client, { text, node }: Statement): Promise<void> {
  await client.query("set lock_timeout = 0");
  await dropInvalidIndex(client, node);
  await client.query(text);
}

/**
 * Drops what an interrupted CREATE INDEX CONCURRENTLY of this very index left behind: an index that queries cannot use, but that
 * every write maintains and whose name is taken.
 */
async function dropInvalidIndex(client: Client, node: Node): Promise<void> {
  if (!("IndexStmt" in node)) return;
  const index = await findIndex(client, node.IndexStmt);
  if (index?.valid === false) await client.query(`drop index concurrently ${index.name}`);
}

/** Whether a concurrent statement that began, but was not recorded as finished, did finish. */
async function isDone(client: Client, node: Node): Promise<boolean> {
  if ("IndexStmt" in node) return (await findIndex(client, node.IndexStmt))?.valid === true;
  if (!("DropStmt" in node)) return false;

  for (const object of node.DropStmt.objects ?? []) {
    const { rows } = await client.query<{ gone: boolean }>(
      "select pg_catalog.to_regclass($1) is null as gone",
      [stringsOf(object).map(escapeIdentifier).join(".")],
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

/** How far one statement has got. */
interface StatementProgress {
  /** Counted from 1. */
  ordinal: number;
  sha256: string;
  /** False: it began, and whether it ended is not known. */
  finished: boolean;
}

/** The recorded progress of a file, by the ordinals of its statements. */
async function readProgress(
  client: Client,
  name: string,
  direction: Direction,
): Promise<Map<number, StatementProgress>> {
  const { rows } = await client.query<StatementProgress>(
    `select ordinal, sha256, finished from hosterizer.migration_statements
    where name = $1 and direction = $2`,
    [name, direction],
  );
  return new Map(rows.map((row) => [row.ordinal, row]));
}

/** Records that a statement begins or has ended. */
async function recordProgress(
  client: Client,
  { name, direction, ...progress }: StatementProgress & { name: string; direction: Direction },
): Promise<void> {
  await client.query(
    `insert into hosterizer.migration_statements (name, direction, ordinal, sha256, finished)
    values ($1, $2, $3, $4, $5)
    on conflict (name, direction, ordinal)
    do update set sha256 = excluded.sha256, finished = excluded.finished`,
    [name, direction, progress.ordinal, progress.sha256, progress.finished],
  );
}
