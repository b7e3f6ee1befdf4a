import { extensions, schemas } from "./database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "./database/grants";
import { roles } from "./database/roles";
import { tenancy } from "./database/tenancy";
import { extensionFaults } from "./postgres/access/extensionFaults";
import { grantFaults } from "./postgres/access/grantFaults";
import { roleFaults } from "./postgres/access/roleFaults";
import { DeclarationError, DeclarationErrors } from "./postgres/declarationError";
import { availableExtensions } from "./postgres/embedded/availableExtensions";
import { embeddedServer } from "./postgres/embedded/embeddedServer";
import { portFaults } from "./postgres/embedded/portFaults";
import { readMigrations } from "./postgres/migrations/readMigrations";
import { migratedTables } from "./postgres/rowLevelSecurity/migratedTables";
import { tenancyFaults } from "./postgres/rowLevelSecurity/tenancyFaults";
import { readSettings, type Settings } from "./settings";

/** Folder of the migrations, from the project folder. */
export const migrationsDirectory = "migrations";

/**
 * Reads everything that is declared and finds everything that is wrong with it, before the server is touched.
 *
 * @param configuration All of Pulumi's configuration.
 * @throws DeclarationErrors with every fault of the settings, the roles, grants, extensions, tenancy and migrations.
 */
export async function preflight(
  configuration: Readonly<Record<string, string>>,
  stack: string,
): Promise<Settings> {
  const read = readSettings(configuration, stack);
  const settings = "settings" in read ? read.settings : undefined;
  const faults = "faults" in read ? [...read.faults] : [];

  faults.push(
    ...roleFaults(roles),
    ...grantFaults([...withheldFromPublic, ...migratorGrants, ...grants], roles, schemas),
    ...(await schemaFaults()),
  );
  if (settings === undefined) {
    faults.push(...extensionFaults(extensions, schemas, undefined));
  } else {
    const server = await embeddedServer(process.cwd(), stack, settings.port);
    const available = await availableExtensions(server.binaries);
    faults.push(...extensionFaults(extensions, schemas, available));
    faults.push(...(await portFaults(server, settings.port, stack)));
  }

  if (settings === undefined || faults.length > 0) throw new DeclarationErrors(faults);
  return settings;
}

// Tenancy is held against the tables only where the migrations themselves are sound.
async function schemaFaults(): Promise<readonly DeclarationError[]> {
  try {
    const migrations = await readMigrations(migrationsDirectory);
    const migrated = await migratedTables(migrations.map(({ up }) => up.sql));
    return tenancyFaults(tenancy, roles, migrated);
  } catch (error) {
    if (error instanceof DeclarationErrors) return error.faults;
    throw error;
  }
}
