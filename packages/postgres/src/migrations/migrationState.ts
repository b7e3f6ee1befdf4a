import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { withSession } from "../connection/withSession";
import { DeclarationErrors } from "../userError";
import { type AppliedMigration, readLedger } from "./ledger";
import { type LedgerFault, ledgerFaults } from "./ledgerFaults";
import { type Migration, numberOf } from "./migration";
import { type MigrationsFolder, readMigrationsFolder, validMigrations } from "./migrationsFolder";
import type { MigrationSettings } from "./runSettings";
import { unrecordedRelations } from "./unrecordedRelations";

/** How the database compares with the folder. */
export interface MigrationState {
  /** Number of the last migration applied; 0 if none is. */
  version: number;
  /** Those of the folder, in order, without migrations that lack a file. */
  migrations: Migration[];
  /** In order. */
  applied: AppliedMigration[];
  /** Names, in order, without renamed and overtaken migrations. */
  pending: string[];
  /** Ways in which the folder contradicts what is applied. */
  faults: LedgerFault[];
  /** Tables and the like that exist although no migration is applied. */
  unrecorded: string[];
}

/**
 * Compares the folder with the database in one short transaction of a session that others use too. Writes nothing, and needs no
 * ledger yet.
 *
 * @param folder The migrations folder, if it has been read already.
 * @throws DeclarationErrors if the folder has faults that are not such contradictions; before it connects, if no ledger could turn
 *   them into contradictions.
 */
export async function readMigrationState(
  { connection, owner, directory, schemas }: MigrationSettings,
  folder?: MigrationsFolder,
): Promise<MigrationState> {
  const found = folder ?? (await readMigrationsFolder(directory));
  validMigrations(found, Infinity);
  const { ledger, unrecorded } = await withSession(connection, async (client) => {
    try {
      await client.query(`begin read only; set local role ${escapeIdentifier(owner)}`);
      const applied = await readLedger(client);
      return { ledger: applied, unrecorded: await unrecordedRelations(client, applied, schemas) };
    } finally {
      await client.query("rollback").catch(() => undefined);
    }
  });
  const version = numberOf(ledger.at(-1)?.name);
  const migrations = validMigrations(found, version);
  const faults = ledgerFaults(migrations, ledger);
  const known = new Set([
    ...ledger.map(({ name }) => name),
    ...faults.flatMap(({ renamedTo = [] }) => renamedTo),
  ]);
  return {
    version,
    migrations,
    applied: ledger,
    pending: migrations
      .filter(({ name, number }) => number > version && !known.has(name))
      .map(({ name }) => name),
    faults,
    unrecorded,
  };
}

/** Number of the last migration applied; 0 if none is. Needs no migrations folder. */
export async function schemaVersion(connection: Connection, owner: string): Promise<number> {
  return withClient(connection, "schema version", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    return numberOf((await readLedger(client)).at(-1)?.name);
  });
}

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
