import { join } from "node:path";

import type { Client } from "pg";

import { DeclarationError } from "../declarationError";
import { recordSchema } from "../schema/record/schemaRecord";
import { failurePlace, type FileStep, fileSteps } from "./fileSteps";
import { ledgerTable } from "./ledger";
import type { CountedLoss } from "./loss/loss";
import type { Direction, Migration } from "./migration";
import { MigrationError } from "./migrationError";
import { prepareSession } from "./migrationSession";
import type { FileSettings } from "./migrationSettings";
import { remedyFor } from "./remedies";
import { runOutsideTransaction } from "./runOutsideTransaction";
import { type RetryOptions, retryWhileLocked } from "./retryWhileLocked";
import { watchQueries } from "./watchQueries";

/** What to run, in this order. */
export interface RunPlan {
  direction: Direction;
  migrations: readonly Migration[];
  /** The folder that they were read from. */
  directory: string;
  /** What the down files of migrations take away, by their names. Default: nothing that anybody has counted. */
  losses?: ReadonlyMap<string, readonly CountedLoss[]>;
}

/** Files that node-pg-migrate is given at once. */
interface Batch extends RunPlan {
  /** With which the run ends. */
  last: Migration | undefined;
}

/** How to run it. */
export type RunSettings = FileSettings & RetryOptions;

/**
 * Runs files through node-pg-migrate, each in a transaction of its own together with its ledger row.
 *
 * The session holds the runners' lock, and the ledger has been compared with the folder.
 *
 * @throws MigrationError for the first file that fails; those before it stay.
 */
export async function runMigrations(
  client: Client,
  { direction, migrations, directory, losses = new Map() }: RunPlan,
  settings: RunSettings,
): Promise<void> {
  // node-pg-migrate goes down in the order of the clock, which may have been set back; so it gets one at a time.
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

/**
 * Records the schema where a run has stopped, which the last file would have done. If the session is lost, the record is left
 * behind by the ledger, which is known by its version.
 */
async function recordUnfinished(client: Client, settings: RunSettings): Promise<void> {
  try {
    await prepareSession(client, settings);
    await recordSchema(client, settings);
  } catch (error) {
    settings.log(`the schema is not recorded yet: ${String(error)}`);
  }
}

async function runBatch(client: Client, plan: Batch, settings: RunSettings): Promise<void> {
  const { direction, migrations, directory, losses, last } = plan;
  // An ES module, which CommonJS loads like this.
  const { runner } = await import("node-pg-migrate");

  let current: { migration: Migration; steps: FileStep[]; start: number } | undefined;
  const watch = watchQueries(client, (text) => {
    if (text !== "COMMIT;" || current === undefined) return;
    const elapsed = Math.round(performance.now() - current.start);
    const way = direction === "down" ? " (down)" : "";
    settings.log(`${current.migration.name}${way} … ${elapsed} ms`);
  });

  // node-pg-migrate awaits this before it begins the transaction for the statements that it has been given.
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
    // It tells the directions apart by their functions, so these are two.
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
    const place = failurePlace(current.steps, watch.sent);
    throw new MigrationError({ file, ...place }, error, remedyFor(file, error));
  }
}

const silent = { info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // What node-pg-migrate reports is in the error that it throws.
}
