import * as pulumi from "@pulumi/pulumi";

import { Database } from "./components/database";
import { AccessAudit } from "./components/dynamic/accessAudit";
import { Lockdown } from "./components/dynamic/lockdown";
import { MigratorLogin } from "./components/dynamic/migratorLogin";
import { PoolerLookup } from "./components/dynamic/poolerLookup";
import { RecordedSchema } from "./components/dynamic/recordedSchema";
import { goesWith, standsFirst } from "./components/instance/lifetime";
import { Privileges } from "./components/privileges";
import { Roles } from "./components/roles";
import { RowLevelSecurity } from "./components/rowLevelSecurity";
import { Schema } from "./components/schema";
import { SignedContext } from "./components/signedContext";
import { recordedSchemas, schemas } from "./database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "./database/grants";
import {
  application,
  authenticator,
  migrator,
  owner,
  pooler,
  roles as declaredRoles,
} from "./database/roles";
import { settings as databaseSettings } from "./database/settings";
import { tenancy } from "./database/tenancy";
import { settingsOfLogins, withLogins } from "@hosterizer/postgres/access/logins";
import { DeclarationErrors } from "@hosterizer/postgres/declarationError";
import { migrationArgs, migrationsDirectory } from "./components/migrationArgs";
import { preflight } from "./components/preflight";
import { presentOutputs } from "./components/presentOutputs";
import { proveAfterUpdate } from "./components/proveAfterUpdate";
import { makeServer } from "./components/server";

/** The bill of materials, in the order of an update. */
async function main() {
  const stack = pulumi.getStack();
  const found = await preflight(pulumi.runtime.allConfig(), stack);
  const { settings, extensions, looksUp, tenancy: tenancyAtTarget } = found;

  const { instance, pool } = makeServer(settings, stack);
  const roles = withLogins(declaredRoles, settings.logins);
  const allRoles = new Roles("role", { instance, roles, owner });
  const { names, logins } = allRoles;
  const database = new Database("database", {
    instance,
    name: settings.database,
    leftBehind: found.leftBehind,
    owner: named(names, owner),
    schemas,
    grants: [...withheldFromPublic, ...migratorGrants],
    roles: names,
  });

  // What the owner can define is looked at and repaired by the migrator alone, who has no more rights than the owner.
  const deployer = instance.connect(database.name);
  const { user, password, verifier } = named(logins, migrator);
  const connection = database.connect(user, password);
  const mayMigrate = new MigratorLogin(
    "migrator-login",
    { connection, verifier, deployer, owner, role: migrator, roles },
    { dependsOn: [allRoles, ...database.bare] },
  );
  const audit = {
    connection: deployer,
    owner,
    roles,
    grants: [...withheldFromPublic, ...migratorGrants, ...grants],
    schemas,
    extensions,
    tenancy: tenancyAtTarget,
    settings: settingsOfLogins(databaseSettings, roles),
    lookup: { owner, role: pooler, authenticator },
  };
  const { migrationTarget: target } = settings;
  const folder = { directory: migrationsDirectory, target };
  const lockdown = new Lockdown(
    "lockdown",
    { ...audit, ...folder, migrator: connection },
    { dependsOn: mayMigrate },
  );
  const expected = { owner, schemas: recordedSchemas, tenancy };
  const compared = {
    ...expected,
    connection,
    deployer,
    ...folder,
    lockTimeout: settings.lockTimeout,
  };
  const installed = database.extend("database", extensions, lockdown);
  const recorded = new RecordedSchema("recorded-schema", compared, {
    dependsOn: [lockdown, ...installed],
  });
  const migrated = { ...expected, ...migrationArgs(settings), connection, after: recorded };
  const schema = new Schema("schema", migrated);
  const numbers = settings.signingKeys ?? (tenancy.context === "signed" ? [1] : []);
  const signing = { connection, owner, numbers, schema };
  const signed = numbers.length > 0 ? new SignedContext("signing-key", signing) : undefined;
  const kept = { connection, owner, tenancy: tenancyAtTarget, schema };
  // Whoever asks for keys that are not there yet believes nobody.
  const keys = signed === undefined ? [] : [signed];
  const security = new RowLevelSecurity("tenancy", kept, { dependsOn: keys });

  // Nobody reaches a table before its policies stand.
  const privileges = new Privileges("access", {
    instance,
    database: database.name,
    owner,
    schemas: database.schemas,
    roles: names,
    grants,
    tables: { connection, tenancy: tenancyAtTarget },
    after: security,
  });
  const lookup = {
    connection: deployer,
    owner,
    role: named(names, pooler),
    authenticator: named(names, authenticator),
  };
  const after = { dependsOn: database, ...goesWith(instance) };
  const asked = looksUp ? new PoolerLookup("pooler-lookup", lookup, after) : privileges;
  const audited = new AccessAudit("audit", audit, {
    dependsOn: [allRoles, privileges, asked],
    ...standsFirst(instance),
  });

  const pooled = pool?.(asked);

  if (settings.proof) {
    const proven = { stack, tenancy: tenancyAtTarget, database, logins, contextKey: signed?.key };
    await proveAfterUpdate({ ...proven, after: audited });
  }

  const { user: appUser, password: appPassword } = named(logins, application);
  return presentOutputs({
    host: instance.host,
    port: instance.port,
    database: database.name,
    schemaVersion: schema.version,
    appUser,
    appPassword,
    databaseUrl: database.url(appUser, appPassword),
    ...(signed && { contextKey: signed.key }),
    ...allRoles.outputs(Object.keys(settings.logins).length > 0),
    ...instance.tls,
    ...(pooled && { pooledUrl: database.url(appUser, appPassword, pooled) }),
  });
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
