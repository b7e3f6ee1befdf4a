import type {
  ExtensionDeclaration,
  SchemaDeclaration,
} from "@hosterizer/postgres/access/declarations";

/** Schemas beside `public`, which holds the tables. */
export const schemas: readonly SchemaDeclaration[] = [
  { name: "tenancy", purpose: "the functions that row-level security calls" },
  { name: "hosterizer", purpose: "the migrations' ledger" },
  { name: "monitoring", purpose: "statistics that the application must not read" },
  { name: "pooler", purpose: "the function that PgBouncer asks for verifiers" },
];

/** Schemas whose objects are recorded after each migration. The others hold this program's own. */
export const recordedSchemas: readonly string[] = ["public", "monitoring"];

/**
 * Extensions of the database. PostgreSQL 15 brings just these versions: a server that was upgraded from an older one may
 * still have older ones installed.
 */
export const extensions: readonly ExtensionDeclaration[] = [
  { name: "uuid-ossp", version: "1.1", schema: "public", purpose: "UUIDs of every version" },
  { name: "pgcrypto", version: "1.3", schema: "public", purpose: "hashes and ciphers in SQL" },
  // Not in public: its view shows every tenant's statements, and grants on all tables would include it.
  {
    name: "pg_stat_statements",
    version: "1.10",
    schema: "monitoring",
    purpose: "slowest statements",
  },
];
