import type { Client } from "pg";

import { queryOwned } from "../connection/sessionSettings";
import { readSql } from "../sql/readSql";
import type { Migration } from "./migration";

/** Where node-pg-migrate keeps its ledger: in a schema that only the owner may use. */
export const ledgerTable = { schema: "hosterizer", table: "schema_migrations" };

/** If this table exists, all of them do. */
const newestTable = "hosterizer.accepted_drift";

/** One row of the ledger. The hashes are null if something other than this runner wrote it. */
export interface AppliedMigration {
  name: string;
  appliedAt: Date;
  upSha256: string | null;
  downSha256: string | null;
  upTokensSha256: string | null;
  downTokensSha256: string | null;
}

/** Whether a table with this qualified name exists. The session may use its schema. */
export async function tableExists(client: Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    'select pg_catalog.to_regclass($1) is not null as "exists"',
    [name],
  );
  return rows[0]?.exists === true;
}

/**
 * Creates the ledger's schema and those of its tables that are missing, as in a database that an older version of this project
 * migrated. The session is the owner.
 */
export async function createLedger(client: Client): Promise<void> {
  if (await tableExists(client, newestTable)) return;
  // A notice that the schema exists is of no interest.
  const quiet = "set local client_min_messages = warning;";
  await client.query(`begin; ${quiet} ${readSql(__dirname, "createLedger")} commit`);
}

/** The applied migrations by number; none if there is no ledger yet. Writes nothing. */
export async function readLedger(client: Client): Promise<AppliedMigration[]> {
  if (!(await tableExists(client, "hosterizer.migration_statements"))) return [];
  const { rows } = await queryOwned<AppliedMigration>(
    client,
    readSql(__dirname, "appliedMigrations"),
  );
  return rows;
}

/**
 * Records the files of applied migrations as they are in the folder now. For files in which only comments and white space were
 * edited; it changes nothing but the hashes that later edits are compared with.
 *
 * The session is the owner. Migrations that are not applied are skipped.
 */
export async function rerecordFiles(
  client: Client,
  migrations: readonly Migration[],
): Promise<void> {
  for (const { name, up, down } of migrations) {
    await client.query(
      `update hosterizer.migration_files
          set up_sha256 = $2, down_sha256 = $3, up_tokens_sha256 = $4, down_tokens_sha256 = $5
        where name = $1`,
      [name, up.sha256, down.sha256, up.tokensSha256, down.tokensSha256],
    );
  }
}

/** A table of createLedger.sql. */
interface LedgerTable {
  columns: string[];
  /** By name. */
  constraints: string[];
  /** By column, as pg_get_expr writes them. */
  defaults?: Readonly<Record<string, string>>;
}

const tables: Readonly<Record<string, LedgerTable>> = {
  schema_migrations: {
    columns: ["id", "name", "run_on"],
    constraints: ["schema_migrations_pkey", "schema_migrations_name_key"],
  },
  migration_files: {
    columns: ["name", "up_sha256", "down_sha256", "up_tokens_sha256", "down_tokens_sha256"],
    constraints: ["migration_files_pkey", "migration_files_name_fkey"],
  },
  migration_statements: {
    columns: ["name", "direction", "ordinal", "sha256", "finished"],
    constraints: ["migration_statements_pkey", "migration_statements_direction_check"],
  },
  accepted_drift: {
    columns: ["id", "accepted_at", "system_user_name", "login", "reason", "differences"],
    constraints: ["accepted_drift_pkey", "accepted_drift_reason_check"],
    defaults: { accepted_at: "now()", login: "SESSION_USER" },
  },
  schema_records: {
    columns: ["id", "version", "format", "recorded_at", "recorded_by", "reason", "stamp"],
    constraints: ["schema_records_pkey"],
    defaults: { recorded_at: "now()", recorded_by: "SESSION_USER" },
  },
  schema_objects: {
    columns: ["kind", "identity", "facts", "digest"],
    constraints: ["schema_objects_pkey"],
  },
};

const { schema } = ledgerTable;

/** Everything that createLedger.sql creates in the ledger's schema, as pg_identify_object names it, kind first. */
export const ledgerObjects: readonly string[] = Object.entries(tables).flatMap(
  ([table, { columns, constraints }]) => [
    `table ${schema}.${table}`,
    ...columns.map((column) => `table column ${schema}.${table}.${column}`),
    ...constraints.map((constraint) => `table constraint ${constraint} on ${schema}.${table}`),
  ],
);

/** The ledger's tables with the defaults of their columns. */
export const ledgerDefaults = Object.entries(tables).map(([name, { defaults = {} }]) => ({
  name,
  defaults,
}));
