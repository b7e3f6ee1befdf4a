import type { ExtensionDeclaration, SchemaDeclaration } from "../postgres/access/declarations";

/** Schemas beside `public`, which holds the tables. */
export const schemas: readonly SchemaDeclaration[] = [
  { name: "tenancy", purpose: "the functions that row-level security calls" },
  { name: "hosterizer", purpose: "the migrations' ledger" },
  { name: "monitoring", purpose: "statistics that the application must not read" },
];

/** Extensions of the database. */
export const extensions: readonly ExtensionDeclaration[] = [
  { name: "uuid-ossp", schema: "public", purpose: "UUIDs of every version" },
  { name: "pgcrypto", schema: "public", purpose: "hashes and ciphers in SQL" },
  // Not in public: its view shows every tenant's statements, and grants on all tables would include it.
  { name: "pg_stat_statements", schema: "monitoring", purpose: "slowest statements" },
];
