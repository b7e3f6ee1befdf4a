import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";

import { type Client, escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { UserError } from "../../userError";
import { humanBytes } from "../../humanNumbers";
import { compareCounts, countRows } from "../countRows";
import { dump } from "../dump";
import { readDump } from "../dumpContents";
import { readDatabaseFacts } from "../databaseFacts";
import { loadedTables } from "../loadedEntries";
import { openLike } from "../newDatabase";
import { restore } from "../restore";
import { checkDatabase } from "./checkRecovered";
import type { DrillPlan } from "./drillPlan";
import type { DrillRecovery } from "./drillRecord";
import type { EmbeddedThrowaway } from "./embeddedThrowaway";
import { loadFault } from "./loadFault";
import { harmlessMemberships, readSourceRoles } from "./sourceRoles";

/** What is dumped, and where it goes. */
export interface DumpDrill {
  /** The role that reads every row, in the database of the plan. */
  source: Connection;
  server: EmbeddedThrowaway;
  plan: DrillPlan;
  /** Rows of each tenant table in the previous drill. */
  before: Readonly<Record<string, number>>;
  /** Names of tables that are not dumped. */
  withoutTables: readonly string[];
  /** How many tables and indexes are loaded at a time. */
  jobs: number;
  /** Receives what the drill does, a line each. */
  tell: (line: string) => void;
}

/** The database that a dump is loaded into: the source's name is taken by the one that it is like. */
const restored = "restored";

/**
 * Dumps a database, loads the dump into a server that has nothing yet, and checks what came out: as many rows as the dump has, and what
 * `checkDatabase` checks. The source is only read.
 *
 * @throws ClientProgramError if no dump can be taken; UserError if there is no room for it
 */
export async function drillDump(drill: DumpDrill): Promise<DrillRecovery> {
  const { source, server, plan, before, withoutTables, jobs, tell } = drill;
  await requireRoom(source, server);
  const file = join(server.folder, "drill.dump");
  tell("dumping the database");
  const began = Date.now();
  await dump(source, file, { withoutTables }, (table) => {
    tell(`dumping ${table}`);
  });
  const dumped = (Date.now() - began) / 1000;
  tell(`the dump has ${humanBytes((await stat(file)).size)}; loading it`);
  const loading = Date.now();
  const recovery = { target: "latest", backup: "a dump", lossSeconds: null } as const;
  const spent = () => (Date.now() - loading) / 1000;
  try {
    const contents = await readDump(file);
    const missing = await prepare(source, server, plan.database);
    for (const name of missing)
      tell(`without the extension ${name}: this machine does not have it`);
    const target = {
      ...{ database: restored, like: plan.database, owner: plan.owner },
      maintenance: server.connect("postgres", "postgres"),
    };
    await restore([{ file, entries: contents.entries }], target, { jobs });
    const restoreSeconds = spent();
    tell("checking what came out");
    await openLike(target);
    const expected = loadedTables(contents, plan.owner);
    const [reader = "postgres"] = plan.tenancy.backupRoles;
    const counted = await countRows(server.connect(reader, restored), expected);
    const { rows, faults } = await checkDatabase(server, { ...plan, database: restored }, before);
    return {
      ...{ ...recovery, restoreSeconds, rows },
      faults: [...compareCounts(expected, counted), ...faults],
    };
  } catch (error) {
    return { ...recovery, restoreSeconds: spent(), rows: {}, faults: [loadFault(error)] };
  } finally {
    tell(`the dump took ${dumped.toFixed(1)} s`);
  }
}

/** @throws UserError if this machine's disk would be full before the drill ends */
async function requireRoom(source: Connection, { folder }: EmbeddedThrowaway): Promise<void> {
  const size = await withClient(source, "drill", async (client) => {
    const { rows } = await client.query<{ size: string }>(
      "select pg_catalog.pg_database_size(pg_catalog.current_database()) as size",
    );
    return Number(rows[0]?.size);
  });
  const { bavail, bsize } = await statfs(folder);
  const left = bavail * bsize;
  // The copy, its dump, and what building indexes takes meanwhile.
  const needed = size * 2 + 256 * 2 ** 20;
  if (left > needed) return;
  throw new UserError(
    `There is no room for a copy: the drill needs ${humanBytes(needed)}, and ${humanBytes(left)} are left in ${folder}.`,
    "Make room, or run the drill on another machine.",
  );
}

/**
 * Makes what a dump refers to and does not have: the roles, the extensions, and a database with the privileges of the source's.
 *
 * @returns the names of extensions that this machine's server does not have
 */
async function prepare(
  source: Connection,
  server: EmbeddedThrowaway,
  database: string,
): Promise<string[]> {
  const facts = await readDatabaseFacts(source, source.database);
  const { roles, extensions } = await withClient(source, "drill", async (client) => ({
    roles: await readSourceRoles(client),
    extensions: await readExtensions(client),
  }));
  const name = escapeIdentifier(database);
  const available = await withClient(
    server.connect("postgres", "postgres"),
    "drill",
    async (client) => {
      for (const { name: role, inherit, bypassrls } of roles) {
        const attributes = `login ${inherit ? "inherit" : "noinherit"} ${bypassrls ? "bypassrls" : "nobypassrls"}`;
        await client.query(`create role ${escapeIdentifier(role)} ${attributes}`);
      }
      for (const { group, member } of harmlessMemberships(roles))
        await client.query(`grant ${escapeIdentifier(group)} to ${escapeIdentifier(member)}`);
      await client.query(`create database ${name} template template0 encoding 'UTF8' locale 'C'`);
      await client.query(`revoke all on database ${name} from public`);
      for (const { grantee, privilege } of facts.privileges) {
        const to = grantee === null ? "public" : escapeIdentifier(grantee);
        await client.query(`grant ${privilege} on database ${name} to ${to}`);
      }
      const { rows } = await client.query<{ name: string }>(
        "select name::text from pg_catalog.pg_available_extensions",
      );
      return new Set(rows.map((row) => row.name));
    },
  );
  await withClient(server.connect("postgres", database), "drill", async (client) => {
    for (const { name: extension, schema } of extensions) {
      if (!available.has(extension)) continue;
      await client.query(`create schema if not exists ${escapeIdentifier(schema)}`);
      await client.query(
        `create extension ${escapeIdentifier(extension)} schema ${escapeIdentifier(schema)}`,
      );
    }
  });
  return extensions.map((each) => each.name).filter((each) => !available.has(each));
}

async function readExtensions(client: Client): Promise<{ name: string; schema: string }[]> {
  const { rows } = await client.query<{ name: string; schema: string }>(
    `select e.extname::text as name, n.nspname::text as schema
       from pg_catalog.pg_extension as e
       join pg_catalog.pg_namespace as n on n.oid operator(pg_catalog.=) e.extnamespace
      where n.nspname operator(pg_catalog.<>) 'pg_catalog'
      order by e.oid`,
  );
  return rows;
}
