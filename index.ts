import * as pulumi from "@pulumi/pulumi";

import { settingsOfLogins, withLogins } from "@hosterizer/postgres/access/logins";
import { DeclarationErrors } from "@hosterizer/postgres/userError";
import { Database } from "./components/database";
import { AccessAudit } from "./components/dynamic/accessAudit";
import { Lockdown } from "./components/dynamic/lockdown";
import { MigratorLogin } from "./components/dynamic/migratorLogin";
import { PoolerLookup } from "./components/dynamic/poolerLookup";
import { RecordedSchema } from "./components/dynamic/recordedSchema";
import { deletedWithServer, refusesDestroy } from "./components/instance/instance";
import { preflight } from "./components/preflight";
import { Privileges } from "./components/privileges";
import { proveAfterUpdate } from "./components/proveAfterUpdate";
import { Roles } from "./components/roles";
import { RowLevelSecurity } from "./components/rowLevelSecurity";
import { Schema } from "./components/schema";
import { makeServer } from "./components/server";
import { SignedContext } from "./components/signedContext";
import { presentOutputs } from "./components/stackOutputs";
import { recordedSchemas, schemas } from "./database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "./database/grants";
import { migrationsDirectory as directory, releasedVersion } from "./database/migrations";
import * as declared from "./database/roles";
import { settings as databaseSettings } from "./database/settings";
import { tenancy as declaredTenancy } from "./database/tenancy";

/** The bill of materials, in the order of an update. */
async function main() {
  const stack = pulumi.getStack();
  const found = await preflight(pulumi.runtime.allConfig(), stack);
  const { settings, extensions, tenancy } = found;
  const { lockTimeout, acknowledgedLoss, migrationTarget: target } = settings;
  const { owner } = declared;
  const firstGrants = [...withheldFromPublic, ...migratorGrants];

  const { instance, makePooler } = makeServer(settings, stack);
  const roles = withLogins(declared.roles, settings.logins);
  const allRoles = new Roles("role", { instance, roles, owner });
  const { names, logins } = allRoles;
  const database = new Database("database", {
    ...{ instance, schemas, grants: firstGrants, roles: names, owner: allRoles.nameOf(owner) },
    ...{ name: settings.database, leftBehind: found.leftBehind },
  });

  // What the owner can define is read and repaired in the migrator's sessions only: they have no more rights than the owner.
  const deployer = instance.connect(database.name);
  const { user, password, verifier } = allRoles.loginOf(declared.migrator);
  const connection = database.connect(user, password);
  const mayMigrate = new MigratorLogin(
    "migrator-login",
    { connection, verifier, deployer, owner, role: declared.migrator, roles },
    { dependsOn: [allRoles, ...database.bare] },
  );
  const lookup = { owner, role: declared.pooler, authenticator: declared.authenticator };
  const audit = {
    ...{ connection: deployer, owner, roles, schemas, extensions, tenancy, lookup },
    grants: [...firstGrants, ...grants],
    settings: settingsOfLogins(databaseSettings, roles),
  };
  const lockdown = new Lockdown(
    "lockdown",
    { ...audit, directory, target, migrator: connection },
    { dependsOn: mayMigrate },
  );
  const installed = database.extend("database", extensions, lockdown);

  const expected = { connection, owner, schemas: recordedSchemas, tenancy: declaredTenancy };
  const recorded = new RecordedSchema(
    "recorded-schema",
    { ...expected, deployer, directory, target, lockTimeout },
    { dependsOn: [lockdown, ...installed] },
  );
  const schema = new Schema("schema", {
    ...{ ...expected, directory, target, lockTimeout, acknowledgedLoss, releasedVersion },
    // A server that the stack owns has no other users to wait for.
    unsafe: settings.instance === "external" ? "refused" : "told",
    after: recorded,
  });

  // Create signing keys before the policies that verify with them.
  const numbers = settings.signingKeys ?? (declaredTenancy.context === "signed" ? [1] : []);
  const signing = { connection, owner, numbers, schema };
  const signed = numbers.length > 0 ? new SignedContext("signing-key", signing) : undefined;
  const security = new RowLevelSecurity(
    "tenancy",
    { connection, owner, tenancy, schema },
    { dependsOn: signed ? [signed] : [] },
  );

  // Grant access to tables only once their policies are in place.
  const privileges = new Privileges("access", {
    ...{ instance, database: database.name, owner, schemas: database.schemas, roles: names },
    ...{ grants, tables: { connection, tenancy }, after: security },
  });
  const lookupArgs = {
    ...{ connection: deployer, owner, role: allRoles.nameOf(declared.pooler) },
    authenticator: allRoles.nameOf(declared.authenticator),
  };
  const withServer = { dependsOn: database, ...deletedWithServer(instance) };
  const poolable = found.looksUp
    ? new PoolerLookup("pooler-lookup", lookupArgs, withServer)
    : privileges;
  const audited = new AccessAudit("audit", audit, {
    dependsOn: [allRoles, privileges, poolable],
    ...refusesDestroy(instance),
  });
  const pooler = makePooler?.(poolable);

  if (settings.proof) {
    const proven = { stack, tenancy, database, logins, contextKey: signed?.key };
    await proveAfterUpdate({ ...proven, after: audited });
  }

  const { user: appUser, password: appPassword } = allRoles.loginOf(declared.application);
  return presentOutputs({
    ...{ host: instance.host, port: instance.port, database: database.name, ...instance.tls },
    ...{ schemaVersion: schema.version, appUser, appPassword },
    databaseUrl: database.url(appUser, appPassword),
    ...(pooler && { pooledUrl: database.url(appUser, appPassword, pooler) }),
    ...(signed && { contextKey: signed.key }),
    ...allRoles.outputs(Object.keys(settings.logins).length > 0),
  });
}

export = main().catch((error: unknown) => {
  // A fault in the declaration is the user's to fix; a stack trace would hide it.
  if (error instanceof DeclarationErrors) throw new pulumi.RunError(error.message);
  throw error;
});
