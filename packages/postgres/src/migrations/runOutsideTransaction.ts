import { hasSqlDetails } from "libpg-query";
import { type Client, DatabaseError } from "pg";

import { DeclarationError } from "../declarationError";
import { dropInvalidIndex, isConcurrent, isDone } from "./concurrentIndex";
import { locate } from "../sql/locate";
import { afterEachFile } from "./fileSteps";
import type { Direction, Migration } from "./migration";
import { type FailurePlace, MigrationError } from "./migrationError";
import { prepareSession } from "./migrationSession";
import type { FileSettings } from "./migrationSettings";
import { remedyFor } from "./remedies";
import { type Statement, splitStatements } from "../sql/statements";
import { readProgress, recordProgress, statementSha256 } from "./statementProgress";

/**
 * Runs a file that has left its transaction, statement by statement, from the first that isn't finished.
 *
 * A statement that PostgreSQL allows in a transaction gets one, together with the record that it is finished. One that
 * it doesn't is recorded when it begins and when it has ended; if the record of the end is missing, the catalog
 * tells whether an index was built or dropped, and any other statement runs again.
 */
export async function runOutsideTransaction(
  client: Client,
  migration: Migration,
  direction: Direction,
  settings: FileSettings,
): Promise<void> {
  const { name } = migration;
  const file = migration[direction];
  const statements = await parse(migration, direction);
  const progress = await readProgress(client, name, direction);

  for (const [index, statement] of statements.entries()) {
    const ordinal = index + 1;
    const sha256 = statementSha256(statement.text);
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

/** Runs a statement in the open transaction; false if it is one of those that PostgreSQL refuses there. */
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

/** Without a limit on the wait for locks: running into it would leave an invalid index. */
async function runAlone(client: Client, { text, node }: Statement): Promise<void> {
  await client.query("set lock_timeout = 0");
  await dropInvalidIndex(client, node);
  await client.query(text);
}

async function parse(migration: Migration, direction: Direction): Promise<readonly Statement[]> {
  const file = migration[direction];
  try {
    return await splitStatements(file.sql);
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    const { line, column } = locate(file.sql, error.sqlDetails?.cursorPosition ?? 0);
    const remedy = "Mend it and run again: without a transaction, statements are sent one by one";
    throw new DeclarationError(`${file.path}:${line}:${column}`, error.message, remedy);
  }
}

function editedStatement(path: string, sql: string, { offset }: Statement): DeclarationError {
  const { line, column } = locate(sql, offset);
  const fault = "this statement is applied already, and was edited since";
  const remedy = "Restore it, and mend only what comes after it";
  return new DeclarationError(`${path}:${line}:${column}`, fault, remedy);
}
