/** Who has to do with the function that PgBouncer asks for the verifier of a client's password. */
export interface UserLookup {
  /** Owns the database. Nobody who may become it comes through the pooler. */
  owner: string;
  /** What the pooler logs in as; the only one that may execute the function. */
  role: string;
  /** Owns the function, which runs with its rights: it may read a few columns of pg_authid, and nothing else. */
  authenticator: string;
}

/** Schema of the function, owned by the owner. */
export const lookupSchema = "pooler";

/** The function, as statements name it. */
export const lookupFunction = `${lookupSchema}.user_lookup(name)`;

/** Everything that belongs into the schema, as pg_identify_object names it, kind first. */
export const lookupObjects: readonly string[] = [
  `function ${lookupSchema}.user_lookup(pg_catalog.name)`,
];

/** Where the server keeps the verifiers. */
export const verifierTable = "pg_catalog.pg_authid";

/** What the function reads of it. */
export const verifierColumns: readonly string[] = [
  "oid",
  "rolname",
  "rolsuper",
  "rolcreaterole",
  "rolcanlogin",
  "rolreplication",
  "rolbypassrls",
  "rolpassword",
  "rolvaliduntil",
];
