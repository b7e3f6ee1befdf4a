import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { ExtensionDeclaration } from "@hosterizer/postgres/access/declarations";
import {
  extensionFaults,
  grantFaults,
  loginFaults,
  roleFaults,
  settingFaults,
} from "@hosterizer/postgres/access/declarationFaults";
import { type DeclarationError, DeclarationErrors } from "@hosterizer/postgres/userError";
import { type FileCache, withFileCache } from "@hosterizer/postgres/migrations/fileCache";
import { numberOf } from "@hosterizer/postgres/migrations/migration";
import { readMigrations } from "@hosterizer/postgres/migrations/migrationsFolder";
import {
  type MigratedTables,
  migratedTables,
  type TableStatements,
} from "@hosterizer/postgres/rowLevelSecurity/migratedTables";
import { type Tenancy, tenancyAt } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { tenancyFaults } from "@hosterizer/postgres/rowLevelSecurity/tenancyFaults";
import { extensions, schemas } from "../database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "../database/grants";
import { migrationsDirectory } from "../database/migrations";
import { roles } from "../database/roles";
import { settings as databaseSettings } from "../database/settings";
import { tenancy } from "../database/tenancy";
import { findServer } from "./findServer";
import { placeOf, readSettings, type Settings } from "./settings";

/** What holds for this stack: its settings, and what of the declarations its server and its target allow. */
export interface Preflight {
  settings: Settings;
  /** The declared extensions that we may create on the server. */
  extensions: readonly ExtensionDeclaration[];
  /** The declared tenancy, reduced to the tables that exist at the target migration. */
  tenancy: Tenancy;
  /** Whether we may create the function by which a pooler looks verifiers up. */
  looksUp: boolean;
  /** Whether our database exists from an earlier time, when it was this stack's. */
  leftBehind: boolean;
}

/**
 * Checks everything that is declared before anything changes.
 *
 * @param configuration all of Pulumi's configuration
 * @throws DeclarationErrors with every fault of the settings, the roles, grants, extensions, tenancy and migrations, and of
 *   a server that exists already
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
    ...loginFaults(settings?.logins ?? {}, roles, placeOf("logins", stack)),
    ...settingFaults(databaseSettings, roles),
    ...grantFaults([...withheldFromPublic, ...migratorGrants, ...grants], roles, schemas),
    ...(await migrationFaults(found.exists)),
    ...extensionFaults(extensions, schemas, found.extensions),
    ...found.faults,
  );

  if (settings === undefined || faults.length > 0) throw new DeclarationErrors(faults);
  const { possible = extensions, looksUp = true, leftBehind = false } = found;
  const reduced = await tenancyUpTo(settings.migrationTarget);
  return { settings, extensions: possible, tenancy: reduced, looksUp, leftBehind };
}

/**
 * What is wrong with the migrations, and with the tenancy of the tables that they create.
 *
 * @param mayHaveLedger Then preview compares the folder with it, and reports numbers that are missing or used twice.
 */
async function migrationFaults(mayHaveLedger: boolean): Promise<readonly DeclarationError[]> {
  const faults: DeclarationError[] = [];
  try {
    await readMigrations(migrationsDirectory, mayHaveLedger ? Infinity : 0);
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    faults.push(...error.faults);
  }
  // Files with a fault count too: otherwise the tables that they create would be reported as missing.
  return [...faults, ...tenancyFaults(tenancy, roles, await tablesAfter())];
}

/** The declared tenancy, reduced to the tables that exist after a migration. Default: after the last. */
export async function tenancyUpTo(target = Infinity): Promise<Tenancy> {
  return tenancyAt(tenancy, await tablesAfter(target), await tablesAfter());
}

const tableStatements: FileCache = {
  name: "migrated-tables",
  code: join(__dirname, "../packages/postgres/src/rowLevelSecurity"),
};

/** The tables that exist after a migration. */
async function tablesAfter(target = Infinity): Promise<MigratedTables> {
  const names = await readdir(migrationsDirectory).catch(() => []);
  const files = names
    .filter((name) => name.endsWith(".up.sql") && !(numberOf(name) > target))
    .sort();
  const texts = await Promise.all(
    files.map((name) => readFile(join(migrationsDirectory, name), "utf8")),
  );
  return withFileCache<TableStatements, MigratedTables>(
    tableStatements,
    migrationsDirectory,
    (recall) => migratedTables(texts, recall),
  );
}
