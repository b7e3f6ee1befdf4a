import type { Client } from "pg";

import { askOwner } from "../connection/sessionSettings";
import { readSql } from "../sql/readSql";
import { tableExists } from "./tableExists";

/** Where node-pg-migrate keeps its ledger: a schema that only the owner may use. */
export const ledgerTable = { schema: "hosterizer", table: "schema_migrations" };

/** Where this table is, all are. */
const newestTable = "hosterizer.accepted_drift";

/** One row of the ledger. The hashes are null if something else than this runner wrote it. */
export interface AppliedMigration {
  name: string;
  appliedAt: Date;
  upSha256: string | null;
  downSha256: string | null;
  upTokensSha256: string | null;
  downTokensSha256: string | null;
}

/**
 * Makes the ledger's schema and tables where they are missing, as in a database that an older version of this project has
 * migrated. The session is the owner.
 */
export async function createLedger(client: Client): Promise<void> {
  if (await tableExists(client, newestTable)) return;
  // Its schema may be there already; that is no news.
  const quiet = "set local client_min_messages = warning;";
  await client.query(`begin; ${quiet} ${readSql(__dirname, "createLedger")} commit`);
}

/** The applied migrations by number; none if there is no ledger yet. Writes nothing. */
export async function readLedger(client: Client): Promise<AppliedMigration[]> {
  if (!(await tableExists(client, "hosterizer.migration_statements"))) return [];
  const { rows } = await askOwner<AppliedMigration>(
    client,
    readSql(__dirname, "appliedMigrations"),
  );
  return rows;
}
