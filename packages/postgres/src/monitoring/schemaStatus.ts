import { DeclarationErrors } from "../userError";
import type { MigrationSettings } from "../migrations/runSettings";
import { numberOf } from "../migrations/migration";
import { readMigrationState, schemaVersion } from "../migrations/migrationState";

/** Which migrations are applied, and which are pending. */
export interface SchemaStatus {
  /** Number of the last applied migration; 0 if none is. */
  version: number;
  /** Number of the last migration to apply, if the configuration names one; otherwise null. */
  target: number | null;
  /** Names, in order, up to the target; null if the folder cannot be read. */
  pending: string[] | null;
  /** What is wrong with the folder, or with what is applied of it. */
  faults: string[];
}

/**
 * Compares the schema with the migrations folder. The faults of a broken folder are part of the status, because the
 * database's version is known anyway.
 *
 * Writes nothing, and works before the ledger exists.
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
