import { DatabaseError } from "pg";

import type { LastDrill } from "../../backup/drill/lastDrills";
import { readServerRecord } from "../../backup/drill/serverRecord";
import { type Connection, withClient } from "../../connection/connection";
import { readRelations } from "../../migrations/unrecordedRelations";
import { readSql } from "../../sql/readSql";

/** What is read of an existing server before anything in it changes. */
export interface ExternalServer {
  /** Such as 150018. */
  versionNumber: number;
  /** Such as `15.18`. */
  version: string;
  /** Connections that are available to roles other than superusers. */
  connections: number;
  walLevel: string;
  checksums: boolean;
  /** shared_preload_libraries; null if the deploy role may not see them. */
  preloaded: readonly string[] | null;
  deployRole: { superuser: boolean; createsRoles: boolean; createsDatabases: boolean };
  /** Whether the deploy role is a member of the database's future owner, or that role does not exist yet. */
  actsAsOwner: boolean;
  /** Whether the deploy role is in a provider's group that may do more than its attributes say. */
  privileged: boolean;
  /** The stack's database, if it exists. */
  database: { encoding: string; collation: string; ctype: string; owner: string } | null;
  /** The declared extensions that are available on the server. */
  extensions: readonly { name: string; trusted: boolean }[];
  /** Names of the extensions that exist in the stack's database. */
  installed: readonly string[];
  /** Whether the function exists that a pooler looks verifiers up with. Only a superuser can create it. */
  hasLookup: boolean;
  /** The declared roles that exist. */
  roles: readonly string[];
  /** Names of the databases that the declared owner owns. */
  ownedDatabases: readonly string[];
  /** The declared schemas that exist in the stack's database, with their owners. */
  schemas: readonly { name: string; owner: string }[];
  /** Relations in the stack's database, if no migration is recorded. */
  unrecorded: readonly string[];
  lastDrill: LastDrill;
}

/** The names to look for. */
interface WantedNames {
  database: string;
  extensions: readonly string[];
  roles: readonly string[];
  /** The role that will own the database. */
  owner: string;
  schemas: readonly string[];
  /** Schemas whose objects migrations create. */
  migratedSchemas: readonly string[];
  /** The role whose comment records drills. */
  drilled: string;
}

/**
 * Reads the server in one session and the stack's database, if it exists, in a second one.
 *
 * @param connection of the deploy role, to any existing database
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
      wanted.drilled,
    ]);
    const [first] = rows;
    if (first === undefined) throw new Error(`role ${connection.user} is not in pg_roles`);
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
    lastDrill: readServerRecord(row.drilled),
    ...(row.database === null ? unknown : await readDatabase(connection, wanted)),
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
  drilled: string | null;
}

const insufficientPrivilege = "42501";

type DatabaseFacts = Pick<ExternalServer, "installed" | "hasLookup" | "schemas" | "unrecorded">;

const unknown: DatabaseFacts = { installed: [], hasLookup: false, schemas: [], unrecorded: [] };

interface DatabaseRow {
  installed: string[];
  has_lookup: boolean;
  schemas: { name: string; owner: string }[];
  has_ledger: boolean;
}

/** Nothing is known if the deploy role may not connect: it is not a member of the owner yet, as in a database that a superuser created. */
async function readDatabase(
  connection: Connection,
  { database, schemas, migratedSchemas }: WantedNames,
): Promise<DatabaseFacts> {
  try {
    return await withClient({ ...connection, database }, "look at server", async (client) => {
      const { rows } = await client.query<DatabaseRow>(readSql(__dirname, "externalDatabase"), [
        schemas,
      ]);
      const [row] = rows;
      if (row === undefined) return unknown;
      return {
        installed: row.installed,
        hasLookup: row.has_lookup,
        schemas: row.schemas,
        unrecorded: row.has_ledger ? [] : await readRelations(client, migratedSchemas),
      };
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === insufficientPrivilege) return unknown;
    throw error;
  }
}
