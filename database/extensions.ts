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

/** Schemas whose objects are recorded after each migration. The other schemas hold this program's own objects. */
export const recordedSchemas: readonly string[] = ["public", "monitoring"];

/**
 * Extensions of the database, in the versions that PostgreSQL 15 ships. A database that was upgraded from an older release may still
 * have older versions.
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
