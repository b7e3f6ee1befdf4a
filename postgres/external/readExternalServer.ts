import { DatabaseError } from "pg";

import { type Connection, withClient } from "../connection";
import { readSql } from "../readSql";

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
}

/**
 * Reads it in one session, and in a second one for our database, if that is there.
 *
 * @param connection of the deploy role, to a database that is there
 * @throws NoWritableHost, and node-postgres' errors as they are
 */
export async function readExternalServer(
  connection: Connection,
  wanted: { database: string; extensions: readonly string[] },
): Promise<ExternalServer> {
  const row = await withClient(connection, "look at server", async (client) => {
    const { rows } = await client.query<Row>(readSql(__dirname, "externalServer"), [
      wanted.database,
      wanted.extensions,
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
    privileged: row.privileged,
    database: row.database,
    extensions: row.extensions,
    ...(row.database === null ? nothing : await readWithin(connection, wanted.database)),
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
  privileged: boolean;
  database: ExternalServer["database"];
  extensions: { name: string; trusted: boolean }[];
}

const mayNotConnect = "42501";

type Within = Pick<ExternalServer, "installed" | "hasLookup">;

const nothing: Within = { installed: [], hasLookup: false };

/** Whoever may not connect is no member of its owner yet, as where a superuser has made it: then nobody knows. */
async function readWithin(connection: Connection, database: string): Promise<Within> {
  try {
    return await withClient({ ...connection, database }, "look at server", async (client) => {
      const { rows } = await client.query<{ installed: string[]; found: boolean }>(
        `select array(select extname::text from pg_catalog.pg_extension) as installed,
                pg_catalog.to_regproc('pooler.user_lookup') is not null as found`,
      );
      const [row] = rows;
      return row === undefined ? nothing : { installed: row.installed, hasLookup: row.found };
    });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === mayNotConnect) return nothing;
    throw error;
  }
}
