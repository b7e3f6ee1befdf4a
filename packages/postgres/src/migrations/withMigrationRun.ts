import type { Client } from "pg";

import { withClient } from "../connection/connection";
import { type AppliedMigration, createLedger, readLedger } from "./ledger";
import type { Migration } from "./migration";
import { prepareSession } from "./migrationSession";
import type { RunOptions } from "./migrationSettings";
import { readMigrations } from "./readMigrations";
import type { RunSettings } from "./runMigrations";
import { withRunnerLock } from "./runnerLock";

/** What a run works with. */
export interface MigrationRun {
  client: Client;
  migrations: Migration[];
  applied: AppliedMigration[];
  settings: RunSettings;
}

/**
 * Reads the folder, waits for its turn, and hands `run` a session that is the owner, with what is applied so far.
 *
 * @throws DeclarationErrors before it connects, if the folder has faults; RunnerLockError if its turn doesn't come.
 */
export async function withMigrationRun<T>(
  options: RunOptions,
  run: (context: MigrationRun) => Promise<T>,
): Promise<T> {
  const { connection, directory, runnerWaitMs = 600_000 } = options;
  const settings = runSettings(options);
  const migrations = await readMigrations(directory);

  return withClient(connection, "migrate", async (client) => {
    client.on("notice", ({ severity, message }) => {
      settings.log(`${severity ?? "NOTICE"}: ${message ?? ""}`);
    });
    return withRunnerLock(client, { waitMs: runnerWaitMs, log: settings.log }, async () => {
      await prepareSession(client, settings);
      await createLedger(client);
      const applied = await readLedger(client);
      // Whatever the ledger has become, the files begin as they are used to.
      await prepareSession(client, settings);
      return run({ client, migrations, applied, settings });
    });
  });
}

function runSettings(options: RunOptions): RunSettings {
  const {
    owner,
    afterEach,
    schemas = ["public"],
    lockTimeoutMs = 500,
    lockAttempts = 10,
    log = () => undefined,
  } = options;
  const settings = { owner, schemas, lockTimeoutMs, lockAttempts, log };
  return afterEach === undefined ? settings : { ...settings, afterEach };
}
