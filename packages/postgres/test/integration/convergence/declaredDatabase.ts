import type { GrantDeclaration } from "../../../src/access/declarations";
import { type DeclaredAccess, isSubjectToRowSecurity } from "../../../src/audit/declaredAccess";
import { readAudit, repairAreas } from "../../../src/audit/audit";
import { inspectFacilities } from "../../../src/audit/facilities";
import {
  applyTablePrivileges,
  boundPrivileges,
  readTablePrivilegesDrift,
} from "../../../src/audit/missingPrivileges";
import type { Difference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { contextSchema } from "../../../src/rowLevelSecurity/contextFunctions";
import type { Tenancy, TenantTable } from "../../../src/rowLevelSecurity/tenancy";
import { readSchemaDrift, type SchemaExpectation } from "../../../src/schema/schemaDrift";
import { withSession } from "../../../src/connection/withSession";
import { createTestDatabase } from "../testDatabase";

/** A database as `up` leaves it, its declaration, and the inspections of a preview. */
export async function createDeclaredDatabase(
  directory: string,
  version: number,
  tables: readonly TenantTable[],
) {
  const database = await createTestDatabase();
  const { user: owner } = await database.role("owner");
  const migrator = await database.role("migrator", `noinherit in role ${owner}`);
  const applicationLogin = await database.role("app");
  const { user: application } = applicationLogin;
  const backupLogin = await database.role("backup");
  const { user: backup } = backupLogin;
  const schemas = [contextSchema, "hosterizer"].map((name) => ({ name, purpose: "" }));
  await database.run(`alter role ${owner} nologin;
    alter database ${database.name} owner to ${owner};
    ${schemas.map(({ name }) => `create schema ${name} authorization ${owner};`).join("\n")}`);

  const grants = grantsTo(migrator.user, application, backup);
  await database.run(
    grants
      .filter((grant) => !isSubjectToRowSecurity(grant, { backupRoles: [backup] }))
      .map((grant) => statements(grant, database.name, owner))
      .join(";\n"),
  );
  const scope = { owner, schemas: ["public"], directory };
  const recordSchema = recordStatements;
  await migrate({ connection: migrator, ...scope, recordSchema, lockTimeoutMs: 5_000 });
  const tenancy: Tenancy = {
    administrators: "session",
    tables,
    tenantRoles: [application],
    administratorRoles: [],
    backupRoles: [backup],
  };
  const expectation: SchemaExpectation = { ...scope, tenancy };
  const security = { tenancy, owner };
  await applyRowLevelSecurity(migrator, security);
  const bound = boundPrivileges(grants, tenancy).map((its) => ({ owner, ...its }));
  for (const wanted of bound) await applyTablePrivileges(migrator, wanted);

  const roles = [
    { name: owner, login: false, purpose: "" },
    { name: migrator.user, login: true, inherit: false, memberOf: [owner], purpose: "" },
    { name: application, login: true, purpose: "" },
    { name: backup, login: true, purpose: "" },
  ];
  const audit: DeclaredAccess = {
    owner,
    roles,
    grants,
    schemas,
    tenancy,
    extensions: [],
    databaseSettings: [],
  };
  const { superuser } = database;
  await repairAreas(superuser, audit, [inspectFacilities], () => true);
  return {
    ...database,
    application,
    applicationLogin,
    backupLogin,
    migrator,
    expectation,
    security,
    audit,
    look: {
      schema: () => readSchemaDrift(migrator, expectation),
      tablePrivileges: async () =>
        (await Promise.all(bound.map((its) => readTablePrivilegesDrift(migrator, its)))).flat(),
      policies: () => readRowLevelSecurityDrift(migrator, security, version),
      access: async (): Promise<Difference[]> => {
        const found = await withSession(superuser, (client) => readAudit(client, audit));
        // Ignores superusers that other tests create on the same server.
        const its = found.filter(({ finding }) => finding.kind !== "login past row-level security");
        return its.map(({ finding }) => finding);
      },
    },
  };
}

function grantsTo(migrator: string, application: string, backup: string): GrantDeclaration[] {
  return [
    { role: "public", on: "database", privileges: [] },
    { role: "public", on: "schema", schema: "public", privileges: [] },
    { role: migrator, on: "database", privileges: ["CONNECT"] },
    { role: application, on: "database", privileges: ["CONNECT"] },
    { role: application, on: "schema", schema: "public", privileges: ["USAGE"] },
    {
      role: application,
      on: "tables",
      schema: "public",
      privileges: ["SELECT", "INSERT", "UPDATE", "DELETE"],
    },
    { role: backup, on: "database", privileges: ["CONNECT"] },
    { role: backup, on: "schema", schema: "public", privileges: ["USAGE"] },
    { role: backup, on: "tables", schema: "public", privileges: ["SELECT"] },
  ];
}

/** Before any table exists, so that default privileges apply to all. */
function statements(grant: GrantDeclaration, database: string, owner: string): string {
  if (grant.on === "table") throw new Error("no grant here names a table");
  const { role } = grant;
  const list = grant.privileges.join(", ");
  if (grant.on === "tables") {
    return `alter default privileges for role ${owner} in schema ${grant.schema} grant ${list} on tables to ${role}`;
  }
  const target = grant.on === "database" ? `database ${database}` : `schema public`;
  const given = list === "" ? "" : `; grant ${list} on ${target} to ${role}`;
  return `revoke all on ${target} from ${role}${given}`;
}
