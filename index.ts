import * as pulumi from "@pulumi/pulumi";

import { Database } from "./components/database";
import { AccessAudit } from "./components/dynamic/accessAudit";
import { PoolerLookup } from "./components/dynamic/poolerLookup";
import { RecordedSchema } from "./components/dynamic/recordedSchema";
import { goesWith, standsFirst } from "./components/instance/lifetime";
import { Privileges } from "./components/privileges";
import { Roles } from "./components/roles";
import { RowLevelSecurity } from "./components/rowLevelSecurity";
import { Schema } from "./components/schema";
import { recordedSchemas, schemas } from "./database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "./database/grants";
import { application, authenticator, migrator, owner, pooler, roles } from "./database/roles";
import { settings as databaseSettings } from "./database/settings";
import { tenancy } from "./database/tenancy";
import { DeclarationErrors } from "./postgres/declarationError";
import { migrationArgs } from "./migrationArgs";
import { migrationsDirectory, preflight } from "./preflight";
import { makeServer } from "./server";

/** The bill of materials, in the order of an update. */
async function main() {
  const stack = pulumi.getStack();
  const found = await preflight(pulumi.runtime.allConfig(), stack);
  const { settings, extensions, looksUp, tenancy: tenancyAtTarget } = found;

  const { instance, pool } = makeServer(settings, stack);
  const expected = { owner, schemas: recordedSchemas, tenancy };
  const recorded = new RecordedSchema("recorded-schema", {
    ...expected,
    connection: instance.connect(settings.database),
    directory: migrationsDirectory,
    target: settings.migrationTarget,
    lockTimeout: settings.lockTimeout,
  });
  const allRoles = new Roles("role", { instance, roles, owner, after: recorded });
  const { names, passwords } = allRoles;
  const database = new Database("database", {
    instance,
    name: settings.database,
    owner: named(names, owner),
    schemas,
    extensions,
    grants: [...withheldFromPublic, ...migratorGrants],
    roles: names,
  });

  const connection = database.connect(named(names, migrator), named(passwords, migrator));
  const migrating = { ...expected, ...migrationArgs(settings), connection, database };
  const schema = new Schema("schema", migrating);
  const kept = { connection, owner, tenancy: tenancyAtTarget, schema };
  const security = new RowLevelSecurity("tenancy", kept);

  // Nobody reaches a table before its policies stand.
  const privileges = new Privileges("access", {
    instance,
    database: database.name,
    owner,
    schemas: database.schemas,
    roles: names,
    grants,
    after: security,
  });
  const lookup = {
    connection: instance.connect(database.name),
    owner,
    role: named(names, pooler),
    authenticator: named(names, authenticator),
  };
  const after = { dependsOn: database, ...goesWith(instance) };
  const asked = looksUp ? new PoolerLookup("pooler-lookup", lookup, after) : privileges;
  const audit = {
    connection: instance.connect(database.name),
    owner,
    roles,
    grants: [...withheldFromPublic, ...migratorGrants, ...grants],
    schemas,
    extensions,
    tenancy: tenancyAtTarget,
    settings: databaseSettings,
    lookup: { owner, role: pooler, authenticator },
  };
  new AccessAudit("audit", audit, {
    dependsOn: [allRoles, privileges, asked],
    ...standsFirst(instance),
  });

  const pooled = pool?.(asked);

  const appPassword = named(passwords, application);
  return {
    host: instance.host,
    port: instance.port,
    database: database.name,
    schemaVersion: schema.version,
    appUser: named(names, application),
    appPassword,
    databaseUrl: database.url(application, appPassword),
    rolePasswords: pulumi.secret(passwords),
    ...instance.tls,
    ...(pooled && { pooledUrl: database.url(application, appPassword, pooled) }),
  };
}

function named<T>(values: Readonly<Record<string, T>>, name: string): T {
  const value = values[name];
  if (value === undefined) throw new Error(`role ${name} is not declared in database/roles.ts`);
  return value;
}

export = main().catch((error: unknown) => {
  // A fault of the declaration is the user's to mend; a stack trace would hide it.
  if (error instanceof DeclarationErrors) throw new pulumi.RunError(error.message);
  throw error;
});
