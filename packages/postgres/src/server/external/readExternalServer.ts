import { DatabaseError } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { readRelations } from "../../migrations/unrecordedRelations";
import { readSql } from "../../sql/readSql";

/** What has to be known of an existing server before anything in it changes. */
export interface ExternalServer {
  /** Such as 150018. */
  versionNumber: number;
  /** Such as `15.18`. */
  version: string;
  /** How many connections there are for others than superusers. */
  connections: number;
  walLevel: string;
  checksums: boolean;
  /** Libraries that the server starts with; null where the deploy role may not see them. */
  preloaded: readonly string[] | null;
  deployRole: { superuser: boolean; createsRoles: boolean; createsDatabases: boolean };
  /** Whether the deploy role is a member of the role that is to own the database, or that role is not there yet. */
  actsAsOwner: boolean;
  /** Whether the provider lets the deploy role do more than its attributes say. */
  privileged: boolean;
  /** Ours, if it is there. */
  database: { encoding: string; collation: string; ctype: string; owner: string } | null;
  /** Those of the declared extensions that the server brings. */
  extensions: readonly { name: string; trusted: boolean }[];
  /** Names of the extensions that are in our database already. */
  installed: readonly string[];
  /** Whether the function that a pooler looks verifiers up with is there. Only a superuser can make it. */
  hasLookup: boolean;
  /** Those of our roles that are there. */
  roles: readonly string[];
  /** Names of the databases that belong to the role which is to own ours. */
  ownedDatabases: readonly string[];
  /** Those of our schemas that are in our database, with their owners. */
  schemas: readonly { name: string; owner: string }[];
  /** Tables and the like in our database, where no migration is recorded. */
  unrecorded: readonly string[];
}

/** The names that are looked for. */
export interface WantedNames {
  database: string;
  extensions: readonly string[];
  roles: readonly string[];
  /** The role that is to own the database. */
  owner: string;
  schemas: readonly string[];
  /** Schemas whose objects migrations make. */
  migratedSchemas: readonly string[];
}

/**
 * Reads it in one session, and in a second one for our database, if that is there.
 *
 * @param connection of the deploy role, to a database that is there
 * @throws NoWritableHost, and node-postgres' errors as they are
 */
export async function readExternalServer(
  connection: Connection,
  wanted: WantedNames,
): Promise<ExternalServer> {
  const row = await withClient(connection, "look at server", async (client) => {
    const { rows } = await client.query<Row>(readSql(__dirname, "externalServer"), [
      wanted.database,
      wanted.extensions,
      wanted.roles,
      wanted.owner,
    ]);
    const [first] = rows;
    if (first === undefined) throw new Error(`the role ${connection.user} is not in pg_roles`);
    return first;
  });
  const { superuser, creates_roles: createsRoles, creates_databases: createsDatabases } = row;
  return {
    versionNumber: row.version_number,
    version: row.version,
    connections: row.connections,
    walLevel: row.wal_level,
    checksums: row.checksums,
    preloaded: row.preloaded?.split(",").map((name) => name.trim()) ?? null,
    deployRole: { superuser, createsRoles, createsDatabases },
    actsAsOwner: row.acts_as_owner,
    privileged: row.privileged,
    database: row.database,
    extensions: row.extensions,
    roles: row.roles,
    ownedDatabases: row.owned_databases,
    ...(row.database === null ? nothing : await readWithin(connection, wanted)),
  };
}

interface Row {
  version_number: number;
  version: string;
  connections: number;
  wal_level: string;
  checksums: boolean;
  preloaded: string | null;
  superuser: boolean;
  creates_roles: boolean;
  creates_databases: boolean;
  acts_as_owner: boolean;
  privileged: boolean;
  database: ExternalServer["database"];
  extensions: { name: string; trusted: boolean }[];
  roles: string[];
  owned_databases: string[];
}

const mayNotConnect = "42501";

type Within = Pick<ExternalServer, "installed" | "hasLookup" | "schemas" | "unrecorded">;

const nothing: Within = { installed: [], hasLookup: false, schemas: [], unrecorded: [] };

interface WithinRow {
  installed: string[];
  has_lookup: boolean;
  schemas: { name: string; owner: string }[];
  has_ledger: boolean;
}

/** Who may not connect is no member of its owner yet, as where a superuser has made it: then nothing is known. */
async function readWithin(
  connection: Connection,
  { database, schemas, migratedSchemas }: WantedNames,
): Promise<Within> {
  try {
    return await withClient({ ...connection, database }, "look at server", async (client) => {
      const { rows } = await client.query<WithinRow>(readSql(__dirname, "withinDatabase"), [
        schemas,
      ]);
      const [row] = rows;
      if (row === undefined) return nothing;
      return {
        installed: row.installed,
        hasLookup: row.has_lookup,
        schemas: row.schemas,
        unrecorded: row.has_ledger ? [] : await readRelations(client, migratedSchemas),
      };
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === mayNotConnect) return nothing;
    throw error;
  }
}
