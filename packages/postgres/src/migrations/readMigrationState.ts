import { escapeIdentifier } from "pg";

import { withSession } from "../connection/withSession";
import { type AppliedMigration, readLedger } from "./ledger";
import { type LedgerFault, ledgerFaults } from "./ledgerFaults";
import type { Migration } from "./migration";
import type { MigrationSettings } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { readMigrations } from "./readMigrations";
import { unrecordedRelations } from "./unrecordedRelations";

/** Where the database stands against the folder. */
export interface MigrationState {
  /** Number of the last migration applied; 0 if none is. */
  version: number;
  /** Those of the folder, in order; a migration of which a half is missing isn't among them. */
  migrations: Migration[];
  /** In order. */
  applied: AppliedMigration[];
  /** Names, in order; neither what was renamed nor what was overtaken. */
  pending: string[];
  /** Ways in which the folder contradicts what is applied. */
  faults: LedgerFault[];
  /** Tables and the like that are there although no migration is applied. */
  unrecorded: string[];
}

/**
 * Compares the folder with the database in one short transaction of a session that others use too. Writes nothing, and needs no ledger yet.
 *
 * @throws DeclarationErrors if the folder has faults that aren't such contradictions; before it connects, where no ledger
 *   could make them so.
 */
export async function readMigrationState({
  connection,
  owner,
  directory,
  schemas,
}: MigrationSettings): Promise<MigrationState> {
  // What no ledger excuses.
  await readMigrations(directory, Infinity);
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
  const migrations = await readMigrations(directory, version);
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
