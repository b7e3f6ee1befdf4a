import type { Client } from "pg";

import { askOwner } from "../connection/sessionSettings";
import { DeclarationError } from "../declarationError";
import { readSql } from "../sql/readSql";
import type { AppliedMigration } from "./ledger";
import { tableExists } from "./tableExists";

/**
 * Tables, views and the like in the schemas, by name, without those of extensions. Reads `pg_catalog` alone, so that any role
 * may ask.
 */
export async function readRelations(client: Client, schemas: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(readSql(__dirname, "unrecordedRelations"), [
    schemas,
  ]);
  return rows.map(({ name }) => name);
}

/** So many names fit into a message; the others are counted. */
const shown = 10;

/**
 * Why the first migration does not run in a database that is not empty: it would stop at the first table that exists, or,
 * worse, not stop.
 *
 * @param relations that are there although no migration is recorded as applied
 */
export function unrecordedFinding(database: string, relations: readonly string[]) {
  const more = relations.length > shown ? ` and ${relations.length - shown} more` : "";
  const names = `${relations.slice(0, shown).join(", ")}${more}`;
  return {
    subject: `database ${database}`,
    fault: `no migration is recorded in hosterizer.schema_migrations, but there are tables already: ${names}`,
    remedy:
      "Nothing is migrated until the ledger says where to begin: restore it if it was lost, record the migrations that these " +
      "tables come from (docs/operate.md, Taking over a database), or set hosterizer-database:database to a new name",
  };
}

/** The same as an error. */
export function unrecordedFault(database: string, relations: readonly string[]): DeclarationError {
  const { subject, fault, remedy } = unrecordedFinding(database, relations);
  return new DeclarationError(subject, fault, remedy);
}

/**
 * The relations that no migration is recorded for, where none is recorded at all. A first migration without a transaction that
 * stopped halfway has noted how far it came, and may continue.
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
  const { rows } = await askOwner(client, "select from hosterizer.migration_statements limit 1");
  return rows.length > 0;
}
