import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Client, ClientBase, QueryResult } from "pg";

import { DeclarationError } from "../userError";
import { failurePlace, type FileStep, fileSteps } from "./fileTransaction";
import type { CountedLoss } from "./dataLoss";
import { ledgerTable } from "./ledger";
import type { Direction, Migration } from "./migration";
import { isLockFailure, MigrationError, remedyFor } from "./migrationError";
import { runOutsideTransaction } from "./runOutsideTransaction";
import { prepareSession, type RunSettings } from "./runSettings";

/** What to run, in this order. */
interface RunPlan {
  direction: Direction;
  migrations: readonly Migration[];
  /** The folder that they were read from. */
  directory: string;
  /** The data that down files remove, by the names of their migrations. Default: none is known. */
  losses?: ReadonlyMap<string, readonly CountedLoss[]>;
}

/** Files that node-pg-migrate gets at once. */
interface Batch extends RunPlan {
  /** The last migration of the whole run. */
  last: Migration | undefined;
}

/**
 * Runs files through node-pg-migrate, each in its own transaction together with its ledger row.
 *
 * The session holds the runner lock, and the ledger has been compared with the folder.
 *
 * @throws MigrationError for the first file that fails; those before it stay applied.
 */
export async function runMigrations(
  client: Client,
  { direction, migrations, directory, losses = new Map() }: RunPlan,
  settings: RunSettings,
): Promise<void> {
  // node-pg-migrate goes down in the order of run_on, and the clock may have been set back. So it gets one at a time.
  const batches = direction === "up" ? [migrations] : migrations.map((one) => [one]);
  const last = migrations.at(-1);
  try {
    for (const batch of batches) {
      const plan = { direction, migrations: batch, directory, losses, last };
      await retryWhileLocked(settings, () => runBatch(client, plan, settings));
    }
  } catch (error) {
    await recordUnfinished(client, settings);
    throw error;
  }
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Repeats `run` while other sessions hold locks that a file needs, with growing pauses.
 *
 * Every other session queues behind a statement that waits for its lock, so a file waits only briefly and tries again later. The
 * count restarts when a later file is the one that waits.
 *
 * @throws what `run` throws last.
 */
export async function retryWhileLocked(
  { lockAttempts, log }: Pick<RunSettings, "lockAttempts" | "log">,
  run: () => Promise<void>,
): Promise<void> {
  let [attempt, waiting] = [0, ""];
  for (;;) {
    try {
      await run();
      return;
    } catch (error) {
      if (!(error instanceof MigrationError) || !isLockFailure(error.code)) throw error;
      attempt = error.file === waiting ? attempt + 1 : 1;
      waiting = error.file;
      if (attempt >= lockAttempts) throw error;

      const pauseMs = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
      const place = error.line === undefined ? error.file : `${error.file}:${error.line}`;
      log(`${place}: no lock (try ${attempt} of ${lockAttempts}), again in ${pauseMs} ms`);
      await sleep(pauseMs);
    }
  }
}

/**
 * Records the schema where a run has stopped, which the last file would have done. If the session is lost, the record's version
 * stays behind the ledger's, which shows that it is outdated.
 */
async function recordUnfinished(client: Client, settings: RunSettings): Promise<void> {
  try {
    await prepareSession(client, settings);
    await client.query("begin");
    for (const statement of settings.recordSchema(settings, {})) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    settings.log(`the schema is not recorded yet: ${String(error)}`);
  }
}

async function runBatch(client: Client, plan: Batch, settings: RunSettings): Promise<void> {
  const { direction, migrations, directory, losses, last } = plan;
  // An ES module, which CommonJS has to import dynamically.
  const { runner } = await import("node-pg-migrate");

  let current: { migration: Migration; steps: FileStep[]; start: number } | undefined;
  const watch = watchQueries(client, (text) => {
    if (text !== "COMMIT;" || current === undefined) return;
    const elapsed = Math.round(performance.now() - current.start);
    const way = direction === "down" ? " (down)" : "";
    settings.log(`${current.migration.name}${way} … ${elapsed} ms`);
  });

  // node-pg-migrate awaits this before it begins the transaction of the statements that it gets.
  const act = async (migration: Migration, give: (sql: string) => void) => {
    const file = migration[direction];
    current = { migration, steps: [], start: performance.now() };
    watch.sent.length = 0;
    if (file.noTransaction !== undefined) {
      await runOutsideTransaction(client, migration, direction, settings);
    }
    await prepareSession(client, settings);
    const lost = losses?.get(migration.name) ?? [];
    const run = { migration, direction, last: migration === last, losses: lost };
    current.steps = await fileSteps(run, settings);
    for (const { sql } of current.steps) give(sql);
  };

  const action = (migration: Migration) => (builder: { sql: (text: string) => void }) =>
    act(migration, (text) => {
      builder.sql(text);
    });
  const units = migrations.map((migration) => ({
    id: join(directory, `${migration.name}.sql`),
    filePaths: [migration.up.path, migration.down.path],
    // It distinguishes the directions by the identity of the functions, so these have to be two.
    actions: { up: action(migration), down: action(migration) },
  }));
  try {
    await runner({
      dbClient: watch.client,
      dir: directory,
      migrationLoaderStrategies: [{ extensions: [".sql"], loader: () => Promise.resolve(units) }],
      migrationsSchema: ledgerTable.schema,
      migrationsTable: ledgerTable.table,
      direction,
      // Replaced by our own lock, which waits, and our own comparison with the ledger, which names the remedy.
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
    const place = failurePlace(current.steps, watch.sent);
    throw new MigrationError({ file, ...place }, error, remedyFor(file, error));
  }
}

const silent = { info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // What node-pg-migrate reports is also in the error that it throws.
}

/**
 * Watches what node-pg-migrate sends, because it tells neither which of its statements failed nor when one committed.
 *
 * @param succeeded Called with the text of each statement that succeeded.
 * @returns a client to hand to it, and every text in the order in which it was sent. The caller may empty the list.
 */
function watchQueries(
  client: Client,
  succeeded: (text: string) => void,
): { client: ClientBase; sent: string[] } {
  const sent: string[] = [];
  const query = async (text: string, values?: unknown[]): Promise<QueryResult> => {
    sent.push(text);
    const result = await client.query(text, values);
    succeeded(text);
    return result;
  };
  return { client: Object.assign(Object.create(client) as ClientBase, { query }), sent };
}
