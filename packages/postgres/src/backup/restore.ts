import { randomBytes } from "node:crypto";

import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { generatePassword } from "../access/passwords";
import { type Connection, withClient } from "../connection/connection";
import { readSql } from "../sql/readSql";
import { UserError } from "../userError";
import { ClientProgramError, runClientProgram, type RunProgram } from "./clientProgram";
import type { DumpContents, DumpEntry, TableRows } from "./dumpContents";
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

/** A dump, or a part of one. */
export interface Source {
  file: string;
  entries: readonly DumpEntry[];
  /** Default: everything in it. https://www.postgresql.org/docs/15/app-pgrestore.html */
  section?: "pre-data" | "data" | "post-data";
}

/** How a dump is loaded. */
export interface RestoreOptions {
  /** How many tables and indexes at a time. */
  jobs: number;
  /** Receives the name of each table whose rows are about to be loaded. */
  onTable?: (table: string) => void;
  /** Runs pg_restore. Default: this machine's. */
  runProgram?: RunProgram;
}

/**
 * Makes a database that only superusers may enter, and loads dumps into it, in this order. Where that fails, the database is dropped
 * again.
 *
 * A dump is code, and its author decides what it does. So it is loaded by a login that exists for this alone and has nothing but this
 * database: the owner has others, the present one too. Extensions and their schemas are made first, by a login that may; what the dump
 * has of other owners is left out, because an update makes it.
 *
 * Row-level security comes after the rows: neither COPY nor the check of a new foreign key works on tables that force it, and
 * pg_restore's parallel jobs do not wait for either. Materialized views are filled after that, so that they hold what policies show.
 *
 * @returns the names of extensions that are left out, because only a superuser may create them
 * @throws UserError if the database exists, or with pg_restore's messages
 */
export async function restore(
  sources: readonly Source[],
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<string[]> {
  const facts = await readFacts(target);
  const loader = await createLoader(target);
  try {
    await createDatabase(target, facts, loader.user);
  } catch (error) {
    // Another run may have made a database of this name in the meantime: it is not dropped.
    await dropLoader(target, loader.user);
    throw error;
  }
  try {
    const { schemas, leftOut } = await createExtensions(target, loader.user);
    for (const phase of [0, 1, 2] as const) {
      for (const source of sources) {
        const entries = source.entries.filter(
          (entry) => phaseOf(entry) === phase && isLoaded(entry, target.owner, schemas),
        );
        await load({ ...source, entries }, loader, options, phase);
      }
    }
    await handOver(target, loader.user);
    return leftOut;
  } catch (error) {
    await dropRestored(target);
    await dropLoader(target, loader.user);
    throw error instanceof ClientProgramError ? notLoaded(error) : error;
  }
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

/** Lets those connect to a restored database who may connect to the one that it is like. */
export async function openLike(target: RestoreTarget): Promise<void> {
  const { privileges } = await readFacts(target);
  await withClient(target.maintenance, "restore", async (client) => {
    for (const { grantee, privilege } of privileges) {
      const role = grantee === null ? "public" : escapeIdentifier(grantee);
      await client.query(
        `grant ${privilege} on database ${escapeIdentifier(target.database)} to ${role}`,
      );
    }
  });
}

/** The login that loads. The maintenance login becomes its member, to hand over what it owns. */
async function createLoader({ maintenance, database }: RestoreTarget): Promise<Connection> {
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

async function createDatabase(
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

/** Gives the owner everything that the login which has loaded it owns, and drops that login. Evaluates nothing of the dump. */
async function handOver(target: RestoreTarget, loader: string): Promise<void> {
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

async function dropLoader({ maintenance }: RestoreTarget, loader: string): Promise<void> {
  await withClient(maintenance, "restore", (client) =>
    client.query(`drop role if exists ${loader}`),
  );
}

interface DatabaseFacts {
  encoding: string;
  collate: string;
  ctype: string;
  provider: string;
  icuLocale: string | null;
  privileges: { grantee: string | null; privilege: string }[];
}

function readFacts({ maintenance, like }: RestoreTarget): Promise<DatabaseFacts> {
  return readDatabaseFacts(maintenance, like);
}

/** What a database is made with, and who may do what with it. @param connection of any login. @throws UserError if it does not exist */
export async function readDatabaseFacts(
  connection: Connection,
  like: string,
): Promise<DatabaseFacts> {
  const [facts] = await withClient(connection, "restore", async (client) => {
    const { rows } = await client.query<DatabaseFacts>(readSql(__dirname, "databaseFacts"), [like]);
    return rows;
  });
  if (facts !== undefined) return facts;
  throw new UserError(
    `The database ${like} does not exist.`,
    "Run the update first: it makes the roles and an empty database, which a dump can then replace.",
  );
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

/** What became of a database's extensions. */
interface MadeExtensions {
  /** The schemas made for extensions. */
  schemas: string[];
  /** The extensions that only a superuser may create. */
  leftOut: string[];
}

/** insufficient_privilege, https://www.postgresql.org/docs/15/errcodes-appendix.html. */
const notAllowed = "42501";

/** Makes the extensions that the database has that this one is like. */
async function createExtensions(
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

/** Whether an entry is loaded: what is the owner's, what has no owner, and what everyone who owns a database may do with its schema public. */
function isLoaded(
  { kind, rest }: DumpEntry,
  owner: string,
  schemasOfExtensions: readonly string[],
): boolean {
  if (kind === "EXTENSION" || rest.startsWith("- EXTENSION ")) return false;
  // Only the owner itself may set them, and an update does.
  if (kind === "DEFAULT ACL") return false;
  if (kind === "SCHEMA" && schemasOfExtensions.some((name) => rest === `- ${name} ${owner}`))
    return false;
  if (kind === "CAST" && rest.endsWith(" ")) return true;
  return rest.endsWith(` ${owner}`) || rest.endsWith(" pg_database_owner");
}

/** The tables of a dump whose rows `restore` loads: those of the owner. */
export function loadedTables(
  { entries, tables }: Pick<DumpContents, "entries" | "tables">,
  owner: string,
): readonly TableRows[] {
  const owned = new Set(
    entries.filter(({ kind }) => kind === "TABLE DATA").map(({ rest }) => rest),
  );
  return tables.filter(({ schema, table }) => owned.has(`${schema} ${table} ${owner}`));
}

/** When an entry is loaded: 0 before row-level security, 1 with it, 2 after it. */
function phaseOf({ kind, rest }: DumpEntry): 0 | 1 | 2 {
  if (kind === "MATERIALIZED VIEW DATA") return 2;
  const isPolicy = kind === "POLICY" || (kind === "COMMENT" && /^\S+ POLICY /.test(rest));
  return kind === "ROW SECURITY" || isPolicy ? 1 : 0;
}

async function load(
  { file, entries, section }: Source,
  loader: Connection,
  { jobs, onTable = () => undefined, runProgram = runClientProgram }: RestoreOptions,
  phase: 0 | 1 | 2,
): Promise<void> {
  if (entries.length === 0) return;
  await runProgram("pg_restore", {
    args: [
      ...["--no-password", "--exit-on-error", "--no-owner", "--verbose"],
      // Otherwise a view of a table under row-level security cannot be filled.
      ...(phase === 2 ? ["--enable-row-security"] : []),
      ...(section === undefined ? [] : [`--section=${section}`]),
      ...[`--jobs=${jobs}`, `--dbname=${databaseOnly(loader)}`],
    ],
    reads: file,
    list: entries.map(({ line }) => `${line}\n`).join(""),
    connection: loader,
    onMessage: (message) => {
      const [, table] = /^processing data for table "(.+)"$/.exec(message) ?? [];
      if (table !== undefined) onTable(table);
    },
  });
}

/** A connection string with a database's name alone: libpq would take a name such as `host=…` for one. */
function databaseOnly({ database }: Connection): string {
  return `dbname='${database.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** What an operator is told, with all that pg_restore says: rows may be in it. */
export function notLoaded(error: ClientProgramError): UserError {
  return new UserError(
    `The dump could not be loaded. pg_restore says:\n${error.errors.map((line) => `  ${line}`).join("\n")}`,
    "The new database was dropped again, and nothing else was changed.",
    { cause: error },
  );
}
