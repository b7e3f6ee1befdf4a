import { ledgerTable } from "./ledger";

const { schema } = ledgerTable;

/** A table of createLedger.sql. */
interface LedgerTable {
  columns: string[];
  /** By name. */
  constraints: string[];
  /** By column, as pg_get_expr writes them. */
  defaults?: Readonly<Record<string, string>>;
}

/** Each of them. */
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

/** Everything that createLedger.sql makes in the ledger's schema, as pg_identify_object names it, kind first. */
export const ledgerObjects: readonly string[] = Object.entries(tables).flatMap(
  ([table, { columns, constraints }]) => [
    `table ${schema}.${table}`,
    ...columns.map((column) => `table column ${schema}.${table}.${column}`),
    ...constraints.map((constraint) => `table constraint ${constraint} on ${schema}.${table}`),
  ],
);

/** The same tables with what their columns are filled with. */
export const ledgerDefaults = Object.entries(tables).map(([name, { defaults = {} }]) => ({
  name,
  defaults,
}));
