import * as pulumi from "@pulumi/pulumi";

import { Database } from "./components/database";
import { EmbeddedInstance } from "./components/instance/embeddedInstance";
import { Privileges } from "./components/privileges";
import { Roles } from "./components/roles";
import { RowLevelSecurity } from "./components/rowLevelSecurity";
import { Schema } from "./components/schema";
import { extensions, schemas } from "./database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "./database/grants";
import { application, migrator, owner, roles } from "./database/roles";
import { tenancy } from "./database/tenancy";
import { DeclarationErrors } from "./postgres/declarationError";
import { migrationsDirectory, preflight } from "./preflight";

/** The bill of materials, in the order of an update. */
async function main() {
  const stack = pulumi.getStack();
  const settings = await preflight(pulumi.runtime.allConfig(), stack);

  const instance = new EmbeddedInstance("server", { stack, port: settings.port });
  const { names, passwords } = new Roles("role", { instance, roles });
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
  const { lockTimeout } = settings;
  const schema = new Schema("schema", {
    connection,
    owner,
    directory: migrationsDirectory,
    lockTimeout,
    tenancy,
    database,
  });
  const security = new RowLevelSecurity("tenancy", { connection, owner, tenancy, schema });

  // Last: nobody reaches a table before its policies stand.
  new Privileges("access", {
    instance,
    database: database.name,
    owner,
    schemas: database.schemas,
    roles: names,
    grants,
    after: security,
  });

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
