import type { Client } from "pg";

import { queryOwned } from "../connection/sessionSettings";
import { DeclarationError } from "../userError";
import { readSql } from "../sql/readSql";
import { type AppliedMigration, tableExists } from "./ledger";

/**
 * Names of the tables, views and the like in the schemas, without those of extensions. Reads only `pg_catalog`, so any role may
 * ask.
 */
export async function readRelations(client: Client, schemas: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(readSql(__dirname, "unrecordedRelations"), [
    schemas,
  ]);
  return rows.map(({ name }) => name);
}

/** How many names a message lists; the others are counted. */
const shown = 10;

/**
 * Why the first migration does not run in a database that is not empty: it would fail at the first table that exists, or,
 * worse, succeed.
 *
 * @param relations that exist although no migration is recorded as applied
 */
export function unrecordedFinding(database: string, relations: readonly string[]) {
  const more = relations.length > shown ? ` and ${relations.length - shown} more` : "";
  const names = `${relations.slice(0, shown).join(", ")}${more}`;
  return {
    subject: `database ${database}`,
    fault: `no migration is recorded in hosterizer.schema_migrations, but the database already has tables: ${names}`,
    remedy:
      "Restore the ledger if it was lost, record the migrations that created these tables (docs/operate.md, Taking over a " +
      "database), or set hosterizer-database:database to a new name",
  };
}

/** The same as an error. */
export function unrecordedFault(database: string, relations: readonly string[]): DeclarationError {
  const { subject, fault, remedy } = unrecordedFinding(database, relations);
  return new DeclarationError(subject, fault, remedy);
}

/**
 * The relations that exist although no migration is recorded. None if a first migration without a transaction stopped halfway: it
 * has recorded its progress, and may continue.
 *
 * The session is the owner.
 */
export async function unrecordedRelations(
  client: Client,
  applied: readonly AppliedMigration[],
  schemas: readonly string[] = ["public"],
): Promise<string[]> {
  if (applied.length > 0 || (await hasBegun(client))) return [];
  return readRelations(client, schemas);
}

async function hasBegun(client: Client): Promise<boolean> {
  if (!(await tableExists(client, "hosterizer.migration_statements"))) return false;
  const { rows } = await queryOwned(client, "select from hosterizer.migration_statements limit 1");
  return rows.length > 0;
}
