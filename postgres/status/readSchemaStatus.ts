import { DeclarationErrors } from "../declarationError";
import type { MigrationSettings } from "../migrations/migrationSettings";
import { readMigrationState } from "../migrations/readMigrationState";
import { schemaVersion } from "../migrations/schemaVersion";

/** Where the schema stands. */
export interface SchemaStatus {
  /** Number of the last migration applied; 0 if none is. */
  version: number;
  /** Names, in order; null if the folder can't be read. */
  pending: string[] | null;
  /** What is wrong with the folder, or with what is applied of it. */
  faults: string[];
}

/**
 * Compares the schema with the migrations. A broken folder is a fault to show: the database has a version all the same.
 *
 * Writes nothing, and needs no ledger yet.
 */
export async function readSchemaStatus(settings: MigrationSettings): Promise<SchemaStatus> {
  try {
    const { version, pending, faults } = await readMigrationState(settings);
    return { version, pending, faults: faults.map(({ error }) => error.message) };
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    const version = await schemaVersion(settings.connection, settings.owner);
    return { version, pending: null, faults: error.faults.map(({ message }) => message) };
  }
}
