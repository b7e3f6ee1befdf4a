import { randomBytes } from "node:crypto";

import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { generatePassword } from "../access/passwords";
import { readUncheckedDatabases, uncheckedLock, uncheckedMark } from "../audit/uncheckedDatabases";
import { type Connection, withClient } from "../connection/connection";
import { UserError } from "../userError";
import { type DatabaseFacts, readDatabaseFacts } from "./databaseFacts";
import { closeDatabase } from "./swapDatabases";

/** Where a dump goes. */
export interface RestoreTarget {
  /** Name of the database to make. */
  database: string;
  /** Database of the same server that the new one is like: encoding, locale, privileges, extensions. */
  like: string;
  /** Login that may create databases and roles, in any database but these two. */
  maintenance: Connection;
  /** Role that owns the database and its objects when everything is loaded. */
  owner: string;
}

/** The login that loads. The maintenance login becomes its member, to hand over what it owns. */
export async function createLoader({ maintenance, database }: RestoreTarget): Promise<Connection> {
  const user = `restore_${randomBytes(6).toString("hex")}`;
  const { password, verifier } = generatePassword();
  await withClient(maintenance, "restore", async (client) => {
    if ((await existing(client, [database])).length > 0) {
      throw new UserError(
        `The database ${database} exists already.`,
        "Choose another name: a restore overwrites nothing.",
      );
    }
    await client.query(
      `create role ${user} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
         password ${escapeLiteral(verifier)}`,
    );
    await client.query(
      `comment on role ${user} is ${escapeLiteral(`loads a dump into ${database}; nothing needs it afterwards`)}`,
    );
    await client.query(`grant ${user} to current_user`);
  });
  return { ...maintenance, user, password, database };
}

/** Which of these databases exist. */
async function existing(client: Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select datname::text as name from pg_catalog.pg_database
      where datname operator(pg_catalog.=) any ($1::pg_catalog.name[])`,
    [names],
  );
  return rows.map(({ name }) => name);
}

export async function createDatabase(
  { database, maintenance }: RestoreTarget,
  facts: DatabaseFacts,
  loader: string,
): Promise<void> {
  const name = escapeIdentifier(database);
  await withClient(maintenance, "restore", async (client) => {
    await client.query(`
      create database ${name} template template0 owner ${loader}
        encoding ${escapeLiteral(facts.encoding)} lc_collate ${escapeLiteral(facts.collate)} lc_ctype ${escapeLiteral(facts.ctype)}
        locale_provider ${facts.provider === "i" ? "icu" : "libc"}
        ${facts.icuLocale === null ? "" : `icu_locale ${escapeLiteral(facts.icuLocale)}`}`);
    await client.query(`revoke all on database ${name} from public`);
  });
}

/** What became of a database's extensions. */
export interface MadeExtensions {
  /** The schemas made for extensions. */
  schemas: string[];
  /** The extensions that only a superuser may create. */
  leftOut: string[];
}

/** insufficient_privilege, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const notAllowed = "42501";

/** Makes the extensions that the database has that this one is like. */
export async function createExtensions(
  { maintenance, like, database }: RestoreTarget,
  loader: string,
): Promise<MadeExtensions> {
  const extensions = await withClient(
    { ...maintenance, database: like },
    "restore",
    async (client) =>
      (
        await client.query<{ name: string; schema: string }>(
          `select e.extname::text as name, n.nspname::text as schema
           from pg_catalog.pg_extension as e
           join pg_catalog.pg_namespace as n on n.oid operator(pg_catalog.=) e.extnamespace
          where n.nspname operator(pg_catalog.<>) 'pg_catalog'
          order by e.oid`,
        )
      ).rows,
  );
  const schemas = [...new Set(extensions.map(({ schema }) => schema))].filter(
    (schema) => schema !== "public",
  );
  const leftOut: string[] = [];
  await withClient({ ...maintenance, database }, "restore", async (client) => {
    for (const schema of schemas)
      await client.query(`create schema ${escapeIdentifier(schema)} authorization ${loader}`);
    for (const { name, schema } of extensions) {
      try {
        await client.query(
          `create extension ${escapeIdentifier(name)} schema ${escapeIdentifier(schema)}`,
        );
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== notAllowed) throw error;
        leftOut.push(name);
      }
    }
  });
  return { schemas, leftOut };
}

/** Gives the owner everything that the login which has loaded it owns, and drops that login. Evaluates nothing of the dump. */
export async function handOver(target: RestoreTarget, loader: string): Promise<void> {
  const { maintenance, database, owner } = target;
  const name = escapeIdentifier(database);
  await withClient(maintenance, "restore", async (client) => {
    await client.query(
      `select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity
        where usename operator(pg_catalog.=) $1::pg_catalog.name`,
      [loader],
    );
    await client.query(`alter role ${loader} nologin`);
    await client.query(`alter database ${name} owner to ${escapeIdentifier(owner)}`);
  });
  await withClient({ ...maintenance, database }, "restore", async (client) => {
    await client.query(`reassign owned by ${loader} to ${escapeIdentifier(owner)}`);
    await client.query(`drop owned by ${loader}`);
  });
  // The dump may have let others in.
  await closeDatabase(maintenance, database);
  await dropLoader(target, loader);
}

export async function dropLoader({ maintenance }: RestoreTarget, loader: string): Promise<void> {
  await withClient(maintenance, "restore", (client) =>
    client.query(`drop role if exists ${loader}`),
  );
}

/** Drops a database that `restore` has made. */
export async function dropRestored({
  maintenance,
  database,
}: Pick<RestoreTarget, "maintenance" | "database">): Promise<void> {
  await withClient(maintenance, "restore", (client) =>
    client.query(`drop database if exists ${escapeIdentifier(database)} with (force)`),
  );
}

/**
 * Lets those connect to a restored database who may connect to the one that it is like, while something checks it. The database is
 * marked until it is closed or swapped. If this process ends before that, the next restore or update finds the mark, and closes it.
 */
export async function whileOpen(target: RestoreTarget, check: () => Promise<void>): Promise<void> {
  await withClient(target.maintenance, "restore", async (client) => {
    // Held by this session until it ends: a mark whose lock is held belongs to checks that are running.
    await client.query(
      `select pg_catalog.pg_advisory_lock(($2::pg_catalog.int8 << 32) | d.oid::pg_catalog.int8)
         from pg_catalog.pg_database as d
        where d.datname operator(pg_catalog.=) $1::pg_catalog.name`,
      [target.database, uncheckedLock],
    );
    await openLike(target);
    await check();
  });
}

/** Lets those connect to a restored database who may connect to the one that it is like, and marks it as not checked. */
export async function openLike(target: RestoreTarget): Promise<void> {
  const { privileges } = await readFacts(target);
  const name = escapeIdentifier(target.database);
  await withClient(target.maintenance, "restore", async (client) => {
    await client.query("begin");
    await client.query(`comment on database ${name} is ${escapeLiteral(uncheckedMark)}`);
    for (const { grantee, privilege } of privileges) {
      const role = grantee === null ? "public" : escapeIdentifier(grantee);
      await client.query(`grant ${privilege} on database ${name} to ${role}`);
    }
    await client.query("commit");
  });
}

/** Closes what killed restores have left open. @returns the names of these databases */
export async function closeUnchecked({
  maintenance,
  owner,
  like,
}: Pick<RestoreTarget, "maintenance" | "owner" | "like">): Promise<string[]> {
  const left = await withClient(maintenance, "restore", (client) =>
    readUncheckedDatabases(client, owner, like),
  );
  for (const { database } of left) await closeDatabase(maintenance, database);
  return left.map(({ database }) => database);
}

export function readFacts({ maintenance, like }: RestoreTarget): Promise<DatabaseFacts> {
  return readDatabaseFacts(maintenance, like);
}
