import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { extensions, schemas } from "../database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "../database/grants";
import { roles } from "../database/roles";
import { settings as databaseSettings } from "../database/settings";
import { tenancy } from "../database/tenancy";
import type { ExtensionDeclaration } from "@hosterizer/postgres/access/declarations";
import { extensionFaults } from "@hosterizer/postgres/access/extensionFaults";
import { grantFaults } from "@hosterizer/postgres/access/grantFaults";
import { loginFaults } from "@hosterizer/postgres/access/loginFaults";
import { roleFaults } from "@hosterizer/postgres/access/roleFaults";
import { settingFaults } from "@hosterizer/postgres/access/settingFaults";
import { DeclarationError, DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { overrideFaults } from "@hosterizer/postgres/server/container/overrideFaults";
import { authorityFile, authorityName } from "@hosterizer/postgres/server/container/authority";
import { portFaults as publishedPortFaults } from "@hosterizer/postgres/server/container/portFaults";
import { availableExtensions } from "@hosterizer/postgres/server/embedded/availableExtensions";
import { embeddedServer } from "@hosterizer/postgres/server/embedded/embeddedServer";
import { portFaults } from "@hosterizer/postgres/server/embedded/portFaults";
import { type FileQuestion, withFileMemory } from "@hosterizer/postgres/migrations/fileMemory";
import { numberOf } from "@hosterizer/postgres/migrations/numberOf";
import { readMigrations } from "@hosterizer/postgres/migrations/readMigrations";
import {
  type MigratedTables,
  migratedTables,
  type TableStatements,
} from "@hosterizer/postgres/rowLevelSecurity/migratedTables";
import type { Tenancy } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { tenancyAt } from "@hosterizer/postgres/rowLevelSecurity/tenancyAt";
import { tenancyFaults } from "@hosterizer/postgres/rowLevelSecurity/tenancyFaults";
import { findExternalServer } from "./findExternalServer";
import { migrationsDirectory } from "./migrationArgs";
import { readSettings, type Settings } from "./settings";
import { place } from "./settingsFaults";

/** What the program goes by. */
export interface Preflight {
  settings: Settings;
  /** The declared extensions that the server lets us have. */
  extensions: readonly ExtensionDeclaration[];
  /** The declared tenancy as far as it holds at the migration that is the target. */
  tenancy: Tenancy;
  /** Whether the server lets us have the function that a pooler looks verifiers up with. */
  looksUp: boolean;
  /** Whether our database is there from an earlier time, when it was this stack's. */
  leftBehind: boolean;
}

/**
 * Reads everything that is declared and finds everything that is wrong with it, before the server is touched.
 *
 * @param configuration All of Pulumi's configuration.
 * @throws DeclarationErrors with every fault of the settings, the roles, grants, extensions, tenancy and migrations, and of
 *   a server that exists already.
 */
export async function preflight(
  configuration: Readonly<Record<string, string>>,
  stack: string,
): Promise<Preflight> {
  const read = readSettings(configuration, stack);
  const settings = "settings" in read ? read.settings : undefined;
  const faults = "faults" in read ? [...read.faults] : [];

  const found = await findServer(settings, stack);
  faults.push(
    ...roleFaults(roles),
    ...loginFaults(settings?.logins ?? {}, roles, place("logins", stack)),
    ...settingFaults(databaseSettings, roles),
    ...grantFaults([...withheldFromPublic, ...migratorGrants, ...grants], roles, schemas),
    ...(await schemaFaults(found.exists)),
    ...extensionFaults(extensions, schemas, found.extensions),
    ...found.faults,
  );

  if (settings === undefined || faults.length > 0) throw new DeclarationErrors(faults);
  const { possible = extensions, looksUp = true, leftBehind = false } = found;
  const reduced = await tenancyUpTo(settings.migrationTarget);
  return { settings, extensions: possible, tenancy: reduced, looksUp, leftBehind };
}

/** What can be known of the server before it is touched. */
export interface FoundServer {
  /** Whether there is one, and so perhaps a ledger. */
  exists: boolean;
  /** Extensions that it brings; undefined where only the server itself can tell. */
  extensions: readonly string[] | undefined;
  /** Those of the declared ones that may be made there. Default: all. */
  possible?: readonly ExtensionDeclaration[];
  /** Default true. */
  looksUp?: boolean;
  /** Whether our database is there from an earlier time, when it was this stack's. Default false. */
  leftBehind?: boolean;
  faults: readonly DeclarationError[];
}

/** Without valid settings, which are a fault already, the rest is judged as for a server that will be made. */
async function findServer(settings: Settings | undefined, stack: string): Promise<FoundServer> {
  if (settings?.instance === "docker") {
    const { port, poolerPort, dockerName, host, memory, serverSettings } = settings;
    const ports = [
      { key: "port", port },
      { key: "poolerPort", port: poolerPort },
    ];
    const faults = [
      ...overrideFaults(serverSettings, stack, memory),
      ...(await publishedPortFaults(host, ports, authorityName(dockerName), stack)),
    ];
    return { exists: existsSync(authorityFile(stack)), extensions: undefined, faults };
  }
  if (settings?.instance === "external") return findExternalServer(settings, stack);
  const server = await embeddedServer(process.cwd(), stack, settings?.port ?? 0);
  return {
    exists: existsSync(server.paths.data),
    extensions: await availableExtensions(server.binaries),
    faults: settings === undefined ? [] : await portFaults(server, settings.port, stack),
  };
}

/** @param migrated Whether there may be a ledger, by which preview judges what is missing or doubled in the folder. */
async function schemaFaults(migrated: boolean): Promise<readonly DeclarationError[]> {
  const faults: DeclarationError[] = [];
  try {
    await readMigrations(migrationsDirectory, migrated ? Infinity : 0);
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    faults.push(...error.faults);
  }
  // What creates a table counts also where its file has a fault, so that no table is missed that is there.
  const tables = await tablesAfter();
  return [...faults, ...tenancyFaults(tenancy, roles, tables)];
}

/** The declared tenancy as far as it holds at a migration. */
export async function tenancyUpTo(target = Infinity): Promise<Tenancy> {
  const before = await tablesAfter(target);
  return tenancyAt(tenancy, before, await tablesAfter());
}

const tableStatements: FileQuestion = {
  name: "migrated-tables",
  code: join(__dirname, "../packages/postgres/src/rowLevelSecurity"),
};

/** @param target Number of the last migration. Default: of all. */
async function tablesAfter(target = Infinity): Promise<MigratedTables> {
  const files = await readUpFiles(target);
  return withFileMemory<TableStatements, MigratedTables>(
    tableStatements,
    migrationsDirectory,
    (recall) => migratedTables(files, recall),
  );
}

async function readUpFiles(target: number): Promise<string[]> {
  const names = await readdir(migrationsDirectory).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(".up.sql") && !(numberOf(name) > target))
    .sort();
  return Promise.all(files.map((name) => readFile(join(migrationsDirectory, name), "utf8")));
}
