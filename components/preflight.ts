import * as pulumi from "@pulumi/pulumi";

import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import {
  extensionFaults,
  grantFaults,
  loginFaults,
  roleFaults,
  settingFaults,
} from "@hosterizer/postgres/access/declarationFaults";
import {
  type LoginDeclaration,
  settingsOfLogins,
  withLogins,
} from "@hosterizer/postgres/access/logins";
import type { DeclaredAccess } from "@hosterizer/postgres/audit/declaredAccess";
import type { Undrilled } from "@hosterizer/postgres/backup/drill/lastDrills";
import {
  grantsAt,
  tableGrantFaults,
  unlistedColumns,
} from "@hosterizer/postgres/audit/tableGrants";
import { type DeclarationError, DeclarationErrors } from "@hosterizer/postgres/userError";
import {
  folderFaults,
  type MigrationsFolder,
  readMigrationsFolder,
} from "@hosterizer/postgres/migrations/migrationsFolder";
import { readMigratedTables } from "@hosterizer/postgres/rowLevelSecurity/migratedTables";
import { type Tenancy, tenancyAt } from "@hosterizer/postgres/rowLevelSecurity/tenancy";
import { tenancyFaults } from "@hosterizer/postgres/rowLevelSecurity/tenancyFaults";
import { extensions, schemas } from "../database/extensions";
import { firstGrants, grants } from "../database/grants";
import { migrationsDirectory } from "../database/migrations";
import { authenticator, owner, pooler, roles } from "../database/roles";
import { settings as databaseSettings } from "../database/settings";
import { tenancy } from "../database/tenancy";
import { findServer } from "./findServer";
import { placeOf, readSettings, type Settings } from "./settings";

/** What holds for this stack: its settings, and what of the declarations its server and its target allow. */
export interface Preflight {
  settings: Settings;
  access: StackAccess;
  /** Numbers of the keys that contexts are signed with. */
  signingKeys: readonly number[];
  /** Whether we may create the function by which a pooler looks verifiers up. */
  looksUp: boolean;
  /** Whether our database exists from an earlier time, when it was this stack's. */
  leftBehind: boolean;
  /** Why migrations of a database with data are refused; undefined: they are not. */
  undrilled: Undrilled | undefined;
  /** Of the declared grants those that apply once the roles, the database and its tables exist. */
  grants: readonly GrantDeclaration[];
}

/**
 * Who may do what: of the declared extensions those that we may create on the server, and of the declared tenancy the tables that
 * exist at the target migration, and of the declared grants those on them.
 */
interface StackAccess extends DeclaredAccess {
  /** With a role for each login. */
  roles: readonly LoginDeclaration[];
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
  const folder = await readFolder();
  const tables = await readMigratedTables(folder, settings?.migrationTarget);
  // A database that exists may have a ledger: preview compares numbers that are missing or used twice with it.
  const judgedFrom = found.exists ? Infinity : 0;
  faults.push(
    ...roleFaults(roles),
    ...loginFaults(settings?.logins ?? {}, roles, placeOf("logins", stack)),
    ...settingFaults(databaseSettings, roles),
    ...grantFaults([...firstGrants, ...grants], roles, schemas),
    ...("missing" in folder ? folder.missing : folderFaults(folder, judgedFrom)),
    ...tenancyFaults(tenancy, roles, tables.atLast),
    ...tableGrantFaults(grants, tenancy, tables.atLast),
    ...extensionFaults(extensions, schemas, found.extensions),
    ...found.faults,
  );

  if (settings === undefined || faults.length > 0) throw new DeclarationErrors(faults);
  const { possible = extensions, looksUp = true, leftBehind = false, undrilled } = found;
  const logins = withLogins(roles, settings.logins);
  const grantsAtTarget = grantsAt(grants, tables.atTarget, tables.atLast);
  const access = {
    ...{ owner, roles: logins, schemas, extensions: possible },
    grants: [...firstGrants, ...grantsAtTarget],
    tenancy: tenancyAt(tenancy, tables.atTarget, tables.atLast),
    databaseSettings: settingsOfLogins(databaseSettings, logins),
    lookup: { owner, role: pooler, authenticator },
  };
  const signingKeys = settings.signingKeys ?? (tenancy.context === "signed" ? [1] : []);
  for (const warning of unlistedColumns(grantsAtTarget, tables.atTarget))
    await pulumi.log.warn(warning);
  return {
    ...{ settings, access, grants: grantsAtTarget },
    signingKeys,
    looksUp,
    leftBehind,
    undrilled,
  };
}

/** The declared tenancy, reduced to the tables that exist after a migration. Default: after the last. */
export async function tenancyUpTo(target?: number): Promise<Tenancy> {
  const { atTarget, atLast } = await readMigratedTables(await readFolder(), target);
  return tenancyAt(tenancy, atTarget, atLast);
}

/** The migrations folder, which this process reads once, or the fault that there is none. */
async function readFolder(): Promise<MigrationsFolder | MissingFolder> {
  try {
    return await readMigrationsFolder(migrationsDirectory);
  } catch (error) {
    if (!(error instanceof DeclarationErrors)) throw error;
    return { directory: migrationsDirectory, ups: [], missing: error.faults };
  }
}

interface MissingFolder extends Pick<MigrationsFolder, "directory" | "ups"> {
  missing: readonly DeclarationError[];
}
