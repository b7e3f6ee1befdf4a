import * as pulumi from "@pulumi/pulumi";

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
import { stackOutputs } from "./components/stackOutputs";
import { recordedSchemas } from "./database/extensions";
import { firstGrants } from "./database/grants";
import { migrationsDirectory as directory, releasedVersion } from "./database/migrations";
import * as declared from "./database/roles";
import { tenancy as declaredTenancy } from "./database/tenancy";

/** The bill of materials, in the order of an update. */
async function main() {
  const stack = pulumi.getStack();
  const { settings, access, ...found } = await preflight(pulumi.runtime.allConfig(), stack);
  const { owner, roles, schemas, extensions, tenancy } = access;
  const { lockTimeout, acknowledgedLoss, migrationTarget: target } = settings;

  const { instance, makePooler } = await makeServer(settings, stack, access);
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
  const lockdown = new Lockdown(
    "lockdown",
    { ...access, connection: deployer, directory, target, migrator: connection },
    { dependsOn: mayMigrate },
  );
  const installed = database.extend("database", extensions, lockdown);

  const migrated = { connection, owner, schemas: recordedSchemas, tenancy: declaredTenancy };
  const migrating = { ...migrated, directory, target, lockTimeout };
  const recorded = new RecordedSchema(
    "recorded-schema",
    { ...migrating, deployer },
    { dependsOn: [lockdown, ...installed] },
  );
  const schema = new Schema("schema", {
    ...{ ...migrating, grants: found.grants, acknowledgedLoss, releasedVersion, after: recorded },
    undrilled: found.undrilled,
    // A server that the stack owns has no other users to wait for.
    unsafe: settings.instance === "external" ? "refused" : "told",
  });

  // Create signing keys before the policies that verify with them.
  const signing = { connection, owner, numbers: found.signingKeys, schema };
  const signed =
    found.signingKeys.length > 0 ? new SignedContext("signing-key", signing) : undefined;
  const security = new RowLevelSecurity(
    "tenancy",
    { connection, owner, tenancy, schema },
    { dependsOn: signed ? [signed] : [] },
  );

  // Grant access to tables only once their policies are in place.
  const privileges = new Privileges("access", {
    ...{ instance, database: database.name, owner, schemas: database.schemas, roles: names },
    ...{ grants: found.grants, tables: { connection, tenancy }, after: security },
  });
  const lookup = {
    ...{ connection: deployer, owner, role: allRoles.nameOf(declared.pooler) },
    authenticator: allRoles.nameOf(declared.authenticator),
  };
  const withServer = { dependsOn: database, ...deletedWithServer(instance) };
  const poolable = found.looksUp
    ? new PoolerLookup("pooler-lookup", lookup, withServer)
    : privileges;
  const audit = { ...access, connection: deployer };
  const audited = new AccessAudit("audit", audit, {
    dependsOn: [allRoles, privileges, poolable],
    ...refusesDestroy(instance),
  });
  const pooler = makePooler?.(poolable);

  if (settings.proof) {
    const proven = { stack, tenancy, database, logins, contextKey: signed?.key };
    await proveAfterUpdate({ ...proven, after: audited });
  }
  return stackOutputs({ instance, database, schema, signed, pooler, roles: allRoles, settings });
}

export = main().catch((error: unknown) => {
  // A fault in the declaration is the user's to fix; a stack trace would hide it.
  if (error instanceof DeclarationErrors) throw new pulumi.RunError(error.message);
  throw error;
});
