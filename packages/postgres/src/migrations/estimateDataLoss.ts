import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import { type Statement, splitStatements } from "../sql/statements";
import type { CountedLoss, Loss, MigrationLosses } from "./dataLoss";
import { countLoss, holdSql } from "./guardDataLoss";
import type { Migration } from "./migration";
import { MigrationError, remedyFor } from "./migrationError";
import { prepareSession, type SessionSettings, sessionSql } from "./runSettings";

/**
 * Finds out what data down files remove: runs all of them in one transaction, counts what is about to go, and rolls back.
 *
 * So it also finds what a file drops by CASCADE, in a DO block or by a foreign key. Tables that lose something are locked
 * meanwhile. Files that opt out of a transaction are skipped.
 *
 * @param migrations In the order in which they are undone.
 * @throws MigrationError for the first file that fails, or that waits too long for a lock.
 */
export async function estimateDataLoss(
  client: Client,
  migrations: readonly Migration[],
  settings: SessionSettings,
): Promise<MigrationLosses[]> {
  const found: MigrationLosses[] = [];
  try {
    await client.query("begin");
    for (const { name, down } of migrations) {
      if (down.noTransaction !== undefined) continue;
      await client.query(sessionSql(settings));
      const statements: readonly Pick<Statement, "text" | "offset">[] = await splitStatements(
        down.sql,
      ).catch(() => [{ text: down.sql, offset: 0 }]);
      const run = async () => {
        for (const statement of statements) {
          await client.query(statement.text).catch((error: unknown) => {
            throw new MigrationError({ file: down, statement }, error, remedyFor(down, error));
          });
        }
      };
      found.push({ name, losses: await lossesOf(client, run, settings) });
    }
  } finally {
    await client.query("rollback").catch(() => undefined);
    await prepareSession(client, settings).catch(() => undefined);
  }
  return found;
}

/** Runs a file, and runs it again once its losses have been counted. */
async function lossesOf(
  client: Client,
  run: () => Promise<void>,
  settings: SessionSettings,
): Promise<CountedLoss[]> {
  const before = await readTables(client);
  await client.query("savepoint before_file");
  await run();
  await client.query(sessionSql(settings));
  const losses = lossesBetween(before, await readTables(client));
  if (losses.every(({ count }) => count !== undefined)) return losses as CountedLoss[];

  await client.query("rollback to savepoint before_file");
  await client.query(sessionSql(settings));
  const counted: CountedLoss[] = [];
  for (const loss of losses) {
    await client.query("savepoint before_count");
    await client.query(holdSql(loss));
    counted.push({ ...loss, count: loss.count ?? (await countLoss(client, loss)) });
    await client.query("rollback to savepoint before_count");
  }
  await run();
  return counted;
}

/** A table as a transaction sees it. */
interface Table {
  oid: string;
  schema: string;
  table: string;
  /** Its relfilenode, which changes when the table is truncated or rewritten. */
  file: string;
  /** Whether it takes space on the disk. */
  filled: boolean;
  /** Rows that this transaction has deleted. */
  deleted: number;
  /** The tables that it is a partition or another child of. */
  parents: string[];
  /** Its own columns, by number. */
  columns: Readonly<Record<string, string>>;
}

/** Every table except those of the system and of the runner. */
async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(readSql(__dirname, "estimateDataLoss"));
  return rows;
}

/** What was lost between two readings in one transaction. A table's partitions go with it, and are not named. */
function lossesBetween(
  before: readonly Table[],
  after: readonly Table[],
): (Loss & { count?: number })[] {
  const left = new Map(after.map((table) => [table.oid, table]));
  const had = new Set(before.map(({ oid }) => oid));
  return before.flatMap((was): (Loss & { count?: number })[] => {
    const { schema, table } = was;
    const now = left.get(was.oid);
    if (now === undefined) {
      const goesWithParent = was.parents.some((parent) => had.has(parent) && !left.has(parent));
      return goesWithParent ? [] : [{ kind: "table", schema, table }];
    }
    const columns = Object.entries(was.columns)
      .filter(([number]) => !(number in now.columns))
      .map(([, column]) => ({ kind: "column" as const, schema, table, column }));
    if (was.filled && !now.filled && now.file !== was.file) {
      return [{ kind: "emptied", schema, table }, ...columns];
    }
    if (now.deleted > was.deleted) {
      return [{ kind: "deleted", schema, table, count: now.deleted - was.deleted }, ...columns];
    }
    return columns;
  });
}
