import { join } from "node:path";

import type { Client } from "pg";

import { DeclarationError } from "../declarationError";
import { bookkeeping } from "./bookkeeping";
import { ledgerTable } from "./ledger";
import type { Direction, Migration } from "./migration";
import { type FailurePlace, MigrationError } from "./migrationError";
import { prepareSession } from "./migrationSession";
import { remedyFor } from "./remedies";
import { type OutsideSettings, runOutsideTransaction } from "./runOutsideTransaction";
import { type RetryOptions, retryWhileLocked } from "./retryWhileLocked";
import { type Statement, splitStatements } from "./splitStatements";
import { watchQueries } from "./watchQueries";

/** What to run, in this order. */
export interface RunPlan {
  direction: Direction;
  migrations: readonly Migration[];
  /** The folder that they were read from. */
  directory: string;
}

/** How to run it. */
export type RunSettings = OutsideSettings & RetryOptions;

type PartialStatement = Pick<Statement, "text" | "offset">;

/**
 * Runs files through node-pg-migrate, each in a transaction of its own together with its ledger row.
 *
 * The session holds the runners' lock, and the ledger has been compared with the folder.
 *
 * @throws MigrationError for the first file that fails; those before it stay.
 */
export async function runMigrations(
  client: Client,
  { direction, migrations, directory }: RunPlan,
  settings: RunSettings,
): Promise<void> {
  // node-pg-migrate goes down in the order of the clock, which may have been set back; so it gets one at a time.
  const batches = direction === "up" ? [migrations] : migrations.map((one) => [one]);
  for (const batch of batches) {
    const plan = { direction, migrations: batch, directory };
    await retryWhileLocked(settings, () => runBatch(client, plan, settings));
  }
}

async function runBatch(client: Client, plan: RunPlan, settings: RunSettings): Promise<void> {
  const { direction, migrations, directory } = plan;
  // An ES module, which CommonJS loads like this.
  const { runner } = await import("node-pg-migrate");

  let current: { migration: Migration; statements: PartialStatement[]; start: number } | undefined;
  const watch = watchQueries(client, (text) => {
    if (text !== "COMMIT;" || current === undefined) return;
    const elapsed = Math.round(performance.now() - current.start);
    const way = direction === "down" ? " (down)" : "";
    settings.log(`${current.migration.name}${way} … ${elapsed} ms`);
  });

  // node-pg-migrate awaits this before it begins the transaction for the statements that it has been given.
  const act = async (migration: Migration, give: (sql: string) => void) => {
    const file = migration[direction];
    current = { migration, statements: [], start: performance.now() };
    watch.sent.length = 0;
    if (file.noTransaction === undefined) current.statements = await statementsOf(file.sql);
    else await runOutsideTransaction(client, migration, direction, settings);

    await prepareSession(client, settings);
    for (const { text } of current.statements) give(text);
    if (settings.afterEach !== undefined) give(settings.afterEach);
    bookkeeping(migration, direction).forEach(give);
  };

  const units = migrations.map((migration) => ({
    id: join(directory, `${migration.name}.sql`),
    filePaths: [migration.up.path, migration.down.path],
    actions: {
      up: (pgm: { sql: (sql: string) => void }) =>
        act(migration, (sql) => {
          pgm.sql(sql);
        }),
      down: (pgm: { sql: (sql: string) => void }) =>
        act(migration, (sql) => {
          pgm.sql(sql);
        }),
    },
  }));
  try {
    await runner({
      dbClient: watch.client,
      dir: directory,
      migrationLoaderStrategies: [{ extensions: [".sql"], loader: () => Promise.resolve(units) }],
      migrationsSchema: ledgerTable.schema,
      migrationsTable: ledgerTable.table,
      direction,
      // Ours are the lock, which waits, and the comparison with the ledger, which names the remedy.
      noLock: true,
      checkOrder: false,
      singleTransaction: false,
      ...(direction === "down" ? { file: migrations[0]?.name ?? "" } : {}),
      logger: silent,
    });
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    const explained = error instanceof MigrationError || error instanceof DeclarationError;
    if (explained || current === undefined) throw error;
    const file = current.migration[direction];
    const place = failurePlace(watch.sent, current.statements, settings.afterEach);
    throw new MigrationError({ file, ...place }, error, remedyFor(file, error));
  }
}

/** What was under way when `sent` had been sent: BEGIN, the statements, what follows each file, the ledger, COMMIT. */
function failurePlace(
  sent: readonly string[],
  statements: PartialStatement[],
  afterEach: string | undefined,
): Omit<FailurePlace, "file"> {
  const index = sent.length - 2;
  const statement = statements[index];
  if (statement !== undefined) return { statement };
  if (sent.at(-1) === "COMMIT;") return { doing: "its commit" };
  const isHook = index === statements.length && afterEach !== undefined;
  return { doing: isHook ? "what runs after each file" : "the record in the ledger" };
}

/** A file that the parser can't read goes to the server whole, which says what is wrong with it. */
async function statementsOf(sql: string): Promise<PartialStatement[]> {
  return splitStatements(sql).catch(() => [{ text: sql, offset: 0 }]);
}

const silent = { info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // What node-pg-migrate reports is in the error that it throws.
}
