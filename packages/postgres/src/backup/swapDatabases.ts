import { type Client, DatabaseError, escapeIdentifier } from "pg";

import { uncheckedMark } from "../audit/uncheckedDatabases";
import { type Connection, withClient } from "../connection/connection";
import { UserError } from "../userError";

/** Which database takes the name of which. */
export interface Swap {
  /** The name that applications know. */
  name: string;
  /** The present name of the database that is to have it. */
  successor: string;
  /** What the database that has the name now is called afterwards. It is kept, closed as by `closeDatabase`. */
  predecessor: string;
  /** The role that may still connect to it. */
  guardian: string;
}

/** object_in_use, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const inUse = "55006";
const attempts = 5;

/**
 * Gives a database's name to another one, in one transaction, and ends the sessions of both. A client that connects in that moment may
 * read that the database does not exist.
 *
 * @param maintenance Login that owns both databases or is a superuser, in any database but these.
 * @param signal prevents it. What has begun is completed, because only the server knows whether it was.
 * @throws UserError if clients come back faster than their sessions are ended, or if it can't be known what the server did; the
 *   signal's reason
 */
export function swapDatabases(
  maintenance: Connection,
  swap: Swap,
  signal?: AbortSignal,
): Promise<void> {
  return withClient(maintenance, "restore", async (client) => {
    const began = await sessionAndOid(client, swap.successor);
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        await client.query("begin");
        await endSessions(client, [swap.name, swap.successor]);
        await rename(client, swap.name, swap.predecessor);
        await rename(client, swap.successor, swap.name);
        await close(client, swap.predecessor, swap.guardian);
        await unmark(client, swap.name);
        await client.query("commit");
        return;
      } catch (error) {
        const isRolledBack = await client.query("rollback").then(
          () => true,
          () => false,
        );
        if (!isRolledBack) {
          if (await hasTaken(maintenance, swap, began, error)) return;
          throw error;
        }
        if (!(error instanceof DatabaseError) || error.code !== inUse) throw error;
        if (attempt < attempts) continue;
        throw new UserError(
          `The sessions of the database ${swap.name} cannot be ended: ${error.detail ?? error.message}`,
          "Stop the applications that log in again at once. Nothing was changed.",
          { cause: error },
        );
      }
    }
  });
}

/** Whether a swap whose connection broke was committed all the same. @throws UserError if the server can't be asked */
async function hasTaken(
  maintenance: Connection,
  { name, successor, predecessor }: Swap,
  { pid, oid }: SessionAndOid,
  cause: unknown,
): Promise<boolean> {
  try {
    return await withClient(maintenance, "restore", async (client) => {
      // The server may not have noticed yet, and may still commit.
      await client.query(
        `select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity
          where pid operator(pg_catalog.=) $1 and usename operator(pg_catalog.=) current_user`,
        [pid],
      );
      return (await sessionAndOid(client, name)).oid === oid;
    });
  } catch {
    throw new UserError(
      `The connection to the server broke while ${successor} took the place of ${name}, and the server does not say whether it has.`,
      `It has if there is a database ${predecessor}: run \`npm run up\` then. Otherwise nothing was changed.`,
      { cause },
    );
  }
}

interface SessionAndOid {
  /** Of the session's process. */
  pid: number;
  /** Of the database; null if there is none. Unlike its name it stays the same. */
  oid: number | null;
}

async function sessionAndOid(client: Client, database: string): Promise<SessionAndOid> {
  const { rows } = await client.query<SessionAndOid>(
    `select pg_catalog.pg_backend_pid() as pid,
            (select d.oid from pg_catalog.pg_database as d
              where d.datname operator(pg_catalog.=) $1::pg_catalog.name) as oid`,
    [database],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("pg_backend_pid() has no row");
  return row;
}

/**
 * Revokes all privileges on a database from everyone but its owner, and ends its sessions, so that no application reaches it by its
 * name.
 *
 * @param maintenance Login that owns the database or is a superuser, in any database but this.
 * @param guardian Role that may connect to it all the same. Default: none.
 */
export function closeDatabase(
  maintenance: Connection,
  database: string,
  guardian?: string,
): Promise<void> {
  return withClient(maintenance, "restore", async (client) => {
    await client.query("begin");
    await close(client, database, guardian);
    await client.query("commit");
    await endSessions(client, [database]);
  });
}

async function close(
  client: Client,
  database: string,
  guardian: string | undefined,
): Promise<void> {
  const { rows } = await client.query<{ grantee: string | null }>(
    `select distinct case when a.grantee operator(pg_catalog.<>) 0
                          then pg_catalog.pg_get_userbyid(a.grantee)::text end as grantee
       from pg_catalog.pg_database as d
      cross join lateral pg_catalog.aclexplode(
            coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) as a
      where d.datname operator(pg_catalog.=) $1::pg_catalog.name
        and a.grantee operator(pg_catalog.<>) d.datdba`,
    [database],
  );
  for (const { grantee } of rows) {
    if (grantee === guardian) continue;
    const role = grantee === null ? "public" : escapeIdentifier(grantee);
    await client.query(`revoke all on database ${escapeIdentifier(database)} from ${role}`);
  }
  await unmark(client, database);
  if (guardian === undefined) return;
  await client.query(
    `grant connect on database ${escapeIdentifier(database)} to ${escapeIdentifier(guardian)}`,
  );
}

/** Removes the mark of a restore whose checks are running. */
async function unmark(client: Client, database: string): Promise<void> {
  const { rowCount } = await client.query(
    `select from pg_catalog.pg_database as d
      where d.datname operator(pg_catalog.=) $1::pg_catalog.name
        and pg_catalog.shobj_description(d.oid, 'pg_database') operator(pg_catalog.=) $2`,
    [database, uncheckedMark],
  );
  if (rowCount === 1) {
    await client.query(`comment on database ${escapeIdentifier(database)} is null`);
  }
}

function rename(client: Client, from: string, to: string) {
  return client.query(`alter database ${escapeIdentifier(from)} rename to ${escapeIdentifier(to)}`);
}

/** Waits until they have ended: a database with a session cannot be renamed. */
async function endSessions(client: Client, databases: readonly string[]): Promise<void> {
  await client.query(
    `select pg_catalog.pg_terminate_backend(pid, 5000)
       from pg_catalog.pg_stat_activity
      where datname operator(pg_catalog.=) any ($1::pg_catalog.name[])
        and backend_type operator(pg_catalog.=) any ('{client backend,walsender}')`,
    [databases],
  );
}
