import { escapeIdentifier } from "pg";

import { withClient } from "../connection";
import { readLedger } from "./ledger";
import { type LedgerFault, ledgerFaults } from "./ledgerFaults";
import type { MigrationSettings } from "./migrationSettings";
import { numberOf } from "./numberOf";
import { readMigrations } from "./readMigrations";

/** Where the database stands against the folder. */
export interface MigrationState {
  /** Number of the last migration applied; 0 if none is. */
  version: number;
  /** Names, in order. */
  applied: string[];
  /** Names, in order. */
  pending: string[];
  /** Ways in which the folder contradicts what is applied. */
  faults: LedgerFault[];
}

/**
 * Compares the folder with the database in one short session. Writes nothing, and needs no ledger yet.
 *
 * @throws DeclarationErrors before it connects, if the folder has faults.
 */
export async function readMigrationState({
  connection,
  owner,
  directory,
}: MigrationSettings): Promise<MigrationState> {
  const migrations = await readMigrations(directory);
  const ledger = await withClient(connection, "migration state", async (client) => {
    await client.query(`set role ${escapeIdentifier(owner)}`);
    return readLedger(client);
  });
  const applied = ledger.map(({ name }) => name);
  return {
    version: numberOf(applied.at(-1)),
    applied,
    pending: migrations.map(({ name }) => name).filter((name) => !applied.includes(name)),
    faults: ledgerFaults(migrations, ledger),
  };
}
