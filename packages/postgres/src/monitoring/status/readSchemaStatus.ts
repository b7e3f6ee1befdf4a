import { DeclarationErrors } from "../../declarationError";
import type { MigrationSettings } from "../../migrations/runSettings";
import { numberOf } from "../../migrations/migration";
import { readMigrationState, schemaVersion } from "../../migrations/migrationState";

/** Where the schema stands. */
export interface SchemaStatus {
  /** Number of the last migration applied; 0 if none is. */
  version: number;
  /** Number of the last migration that is to be applied, where the configuration names one; else null. */
  target: number | null;
  /** Names, in order, up to the target; null if the folder can't be read. */
  pending: string[] | null;
  /** What is wrong with the folder, or with what is applied of it. */
  faults: string[];
}

/**
 * Compares the schema with the migrations. A broken folder is a fault to show: the database has a version all the same.
 *
 * Writes nothing, and needs no ledger yet.
 */
export async function readSchemaStatus({
  target = null,
  ...settings
}: MigrationSettings & { target?: number | null }): Promise<SchemaStatus> {
  try {
    const { version, pending: all, faults } = await readMigrationState(settings);
    const pending = all.filter((name) => numberOf(name) <= (target ?? Infinity));
    return { version, target, pending, faults: faults.map(({ error }) => error.message) };
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    const version = await schemaVersion(settings.connection, settings.owner);
    return { version, target, pending: null, faults: error.faults.map(({ message }) => message) };
  }
}
