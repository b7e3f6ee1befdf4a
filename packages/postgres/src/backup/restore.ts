import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Client, DatabaseError, escapeIdentifier, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { readSql } from "../sql/readSql";
import { UserError } from "../userError";
import { ClientProgramError, runClientProgram } from "./clientProgram";
import type { DumpContents, DumpEntry, TableRows } from "./dumpContents";

/** Where a dump goes, and who loads it. */
export interface RestoreTarget {
  /** Name of the database to make. */
  database: string;
  /** Database of the same server that the new one is like: encoding, locale, owner, privileges, extensions. */
  like: string;
  /** Login that may create databases, in any database but these two. */
  maintenance: Connection;
  /** Login that is a member of the owner. A dump is code, and its author decides what it does: it gets no other rights. */
  migrator: Connection;
  /** Its role, the only one that may connect before everything is loaded, its policies too. */
  guardian: string;
  /** Role that owns the database and its objects. */
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
}

/**
 * Makes a database and loads dumps into it, in this order. Where that fails, the database is dropped again.
 *
 * Extensions and their schemas are made first, by a login that may; what a dump has of other owners than the owner of the database
 * is left out, because an update makes it. Row-level security comes last: neither COPY nor the check of a new foreign key works on
 * tables that force it, and pg_restore's parallel jobs do not wait for either.
 *
 * @returns the names of extensions that are left out, because only a superuser may create them
 * @throws UserError if the database exists, or with pg_restore's messages
 */
export async function restore(
  sources: readonly Source[],
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<string[]> {
  const facts = await createDatabaseLike(target);
  try {
    const { schemas, leftOut } = await createExtensions(target);
    const wanted = sources.map((source) => ({
      ...source,
      entries: source.entries.filter((entry) => isLoaded(entry, target.owner, schemas)),
    }));
    for (const isLast of [false, true])
      for (const { entries, ...source } of wanted)
        await load(
          { ...source, entries: entries.filter((entry) => isRowSecurity(entry) === isLast) },
          target,
          options,
        );
    await grantPrivileges(target, facts);
    return leftOut;
  } catch (error) {
    await dropRestored(target);
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

interface DatabaseFacts {
  encoding: string;
  collate: string;
  ctype: string;
  provider: string;
  icuLocale: string | null;
  privileges: { grantee: string | null; privilege: string }[];
}

async function createDatabaseLike({
  database,
  like,
  maintenance,
  owner,
  guardian,
}: RestoreTarget): Promise<DatabaseFacts> {
  return withClient(maintenance, "restore", async (client) => {
    const facts = await readFacts(client, like);
    if ((await existing(client, [database])).length > 0) {
      throw new UserError(
        `The database ${database} exists already.`,
        "Choose another name: a restore overwrites nothing.",
      );
    }
    const name = escapeIdentifier(database);
    await client.query(`
      create database ${name} template template0 owner ${escapeIdentifier(owner)}
        encoding ${escapeLiteral(facts.encoding)} lc_collate ${escapeLiteral(facts.collate)} lc_ctype ${escapeLiteral(facts.ctype)}
        locale_provider ${facts.provider === "i" ? "icu" : "libc"}
        ${facts.icuLocale === null ? "" : `icu_locale ${escapeLiteral(facts.icuLocale)}`}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to ${escapeIdentifier(guardian)}`);
    return facts;
  });
}

async function grantPrivileges(
  { maintenance, database }: RestoreTarget,
  { privileges }: DatabaseFacts,
): Promise<void> {
  await withClient(maintenance, "restore", async (client) => {
    for (const { grantee, privilege } of privileges) {
      const role = grantee === null ? "public" : escapeIdentifier(grantee);
      await client.query(`grant ${privilege} on database ${escapeIdentifier(database)} to ${role}`);
    }
  });
}

async function readFacts(client: Client, database: string): Promise<DatabaseFacts> {
  const { rows } = await client.query<DatabaseFacts>(readSql(__dirname, "databaseFacts"), [
    database,
  ]);
  const [facts] = rows;
  if (facts !== undefined) return facts;
  throw new UserError(
    `The database ${database} does not exist.`,
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
async function createExtensions({
  maintenance,
  like,
  database,
  owner,
}: RestoreTarget): Promise<MadeExtensions> {
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
      await client.query(
        `create schema ${escapeIdentifier(schema)} authorization ${escapeIdentifier(owner)}`,
      );
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

/** Whether the owner loads an entry: what is the owner's, and what everyone who owns a database may do with its schema public. */
function isLoaded(
  { kind, rest }: DumpEntry,
  owner: string,
  schemasOfExtensions: readonly string[],
): boolean {
  if (kind === "EXTENSION" || rest.startsWith("- EXTENSION ")) return false;
  if (kind === "SCHEMA" && schemasOfExtensions.some((name) => rest === `- ${name} ${owner}`))
    return false;
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

function isRowSecurity({ kind }: DumpEntry): boolean {
  return kind === "ROW SECURITY" || kind === "POLICY";
}

async function load(
  { file, entries, section }: Source,
  { migrator, owner, database }: RestoreTarget,
  { jobs, onTable = () => undefined }: RestoreOptions,
): Promise<void> {
  if (entries.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "hosterizer-restore-"));
  const list = join(folder, "list");
  try {
    await writeFile(list, entries.map(({ line }) => `${line}\n`).join(""));
    await runClientProgram("pg_restore", {
      args: [
        ...["--no-password", "--exit-on-error", "--no-owner", "--verbose", `--role=${owner}`],
        ...(section === undefined ? [] : [`--section=${section}`]),
        ...[`--use-list=${list}`, `--jobs=${jobs}`, `--dbname=${database}`, file],
      ],
      connection: { ...migrator, database },
      onMessage: (message) => {
        const [, table] = /^processing data for table "(.+)"$/.exec(message) ?? [];
        if (table !== undefined) onTable(table);
      },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function notLoaded(error: ClientProgramError): UserError {
  return new UserError(
    `The dump could not be loaded. pg_restore says:\n${error.errors.map((line) => `  ${line}`).join("\n")}`,
    "The new database was dropped again, and nothing else was changed.",
    { cause: error },
  );
}
