import type { MigrationSettings } from "./migrationSettings";
import { readMigrationState } from "./readMigrationState";

/** Names of the migrations that the database hasn't had yet, in order. Writes nothing, and needs no ledger yet. */
export async function pendingMigrations(settings: MigrationSettings): Promise<string[]> {
  const { pending } = await readMigrationState(settings);
  return pending;
}
