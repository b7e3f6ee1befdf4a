import { readdir, readFile } from "node:fs/promises";

import { escapeIdentifier } from "pg";

import { extensions, recordedSchemas, schemas } from "../../../../../database/extensions";
import { firstGrants, grants } from "../../../../../database/grants";
import {
  authenticator,
  migrator,
  owner as declaredOwner,
  pooler,
  roles as declaredRoles,
} from "../../../../../database/roles";
import { tenancy as declaredTenancy } from "../../../../../database/tenancy";
import { afterEachMigration } from "../../../src/audit/newObjects";
import { type DeclaredAccess, isSubjectToRowSecurity } from "../../../src/audit/declaredAccess";
import { openingAreas, readAudit, repairAreas, repairAudit } from "../../../src/audit/audit";
import { inspectFacilities } from "../../../src/audit/facilities";
import {
  applyTablePrivileges,
  boundPrivileges,
  readTablePrivilegesDrift,
  type TablePrivileges,
} from "../../../src/audit/missingPrivileges";
import { type Connection, withClient } from "../../../src/connection/connection";
import { type Finding, renderDifference } from "../../../src/convergence/difference";
import { migrate } from "../../../src/migrations/migrate";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import { applyUserLookup } from "../../../src/pooler/userLookup";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { createTestDatabase } from "../testDatabase";
import { grantStatements } from "./grantStatements";

/**
 * A database as `up` leaves it, with what is declared in database/; its roles exist in this test alone.
 *
 * @param url As of createTestDatabase.
 * @param ledger Whether its schema is recorded as a migration run does. Default: it has the tables and no more
 */
export async function createAuditedDatabase(url?: string, { ledger = false } = {}) {
  const database = await createTestDatabase(url);
  const sessions = new Map<string, Connection & { user: string }>();
  for (const { name } of declaredRoles) sessions.set(name, await database.role(name));
  const own = (name: string) => sessions.get(name)?.user ?? name;

  const owner = own(declaredOwner);
  const roles = declaredRoles.map((role) => ({
    ...role,
    name: own(role.name),
    ...(role.memberOf === undefined ? {} : { memberOf: role.memberOf.map(own) }),
  }));
  const tenancy = {
    ...declaredTenancy,
    tenantRoles: declaredTenancy.tenantRoles.map(own),
    administratorRoles: declaredTenancy.administratorRoles.map(own),
    backupRoles: declaredTenancy.backupRoles.map(own),
  };
  const lookup = { owner, role: own(pooler), authenticator: own(authenticator) };
  const audit: DeclaredAccess = {
    owner,
    roles,
    grants: [...firstGrants, ...grants].map((grant) => ({
      ...grant,
      role: own(grant.role),
    })),
    schemas,
    extensions,
    tenancy,
    databaseSettings: [],
    lookup,
  };

  const attributes = roles.flatMap(
    ({ name, login, inherit = true, memberOf = [], authenticates, connectionLimit = -1 }) => [
      `alter role ${name} connection limit ${String(connectionLimit)}`,
      `alter role ${name} ${login ? "login" : "nologin"} ${inherit ? "inherit" : "noinherit"}`,
      ...(authenticates === "certificate" ? [`alter role ${name} password null`] : []),
      ...memberOf.map((group) => `grant ${group} to ${name}`),
    ],
  );
  await database.run(`${attributes.join(";\n")};
    alter database ${database.name} owner to ${owner};
    ${schemas.map(({ name }) => `create schema ${name} authorization ${owner};`).join("\n")}
    ${extensions.map(({ name, schema }) => `create extension ${escapeIdentifier(name)} schema ${schema};`).join("\n")}
    set role ${owner};
    ${ledger ? "" : await upMigrations()}`);
  const session = sessions.get(migrator) ?? database.superuser;
  if (ledger) {
    const scope = { owner, schemas: recordedSchemas };
    const afterEach = afterEachMigration({ ...scope, tenancy, grants });
    const recordSchema = recordStatements;
    await migrate({
      connection: session,
      ...scope,
      directory: "migrations",
      afterEach,
      recordSchema,
    });
  }
  await applyRowLevelSecurity(session, { tenancy, owner });
  await applyUserLookup(database.superuser, lookup);
  const statements = audit.grants
    .filter((grant) => !isSubjectToRowSecurity(grant, tenancy))
    .flatMap((grant) => grantStatements(grant, database.name, owner));
  await database.run(statements.join(";\n"));
  for (const wanted of boundTo(audit)) await applyTablePrivileges(session, wanted);
  await repairAreas(database.superuser, audit, [inspectFacilities], () => true);

  // Ignores superusers that other test files create on the same server.
  const suffix = database.name.slice("test".length);
  const isStranger = ({ kind, object }: Finding) =>
    kind === "login past row-level security" && !object.endsWith(suffix);
  const auditedAs = async (connection: Connection, declared = audit): Promise<Finding[]> => {
    const audited = await withClient(connection, "test", (client) => readAudit(client, declared));
    return audited.map(({ finding }) => finding).filter((its) => !isStranger(its));
  };
  /** The findings of the audit, then the missing privileges of roles that policies bind. */
  const findingsAs = async (connection: Connection, declared = audit): Promise<Finding[]> => {
    const audited = await auditedAs(connection, declared);
    const lacking = [];
    for (const wanted of boundTo(declared))
      lacking.push(...(await readTablePrivilegesDrift(database.superuser, wanted)));
    return [...audited, ...lacking];
  };
  const linesAs = async (connection: Connection, declared = audit) =>
    (await findingsAs(connection, declared)).map(renderDifference);
  return {
    ...database,
    owner,
    audit,
    lookup,
    own,
    /** How a declared role reaches the database. */
    session: (name: string) => sessions.get(name) ?? database.superuser,
    findings: () => findingsAs(database.superuser),
    lines: (declared = audit) => linesAs(database.superuser, declared),
    /** Only the audit's findings: until the next update, roles that policies bind have no privileges on new objects. */
    auditLines: async (declared = audit) =>
      (await auditedAs(database.superuser, declared)).map(renderDifference),
    linesAs,
    /** In the order of an update. */
    repair: async (connection: Connection = database.superuser, declared = audit) => {
      await repairAreas(connection, declared, openingAreas, () => true);
      for (const wanted of boundTo(declared)) await applyTablePrivileges(session, wanted);
      await repairAudit(connection, declared);
    },
  };
}

/** What TablePrivileges converge. */
export function boundTo({ owner, grants, tenancy }: DeclaredAccess): TablePrivileges[] {
  return boundPrivileges(grants, tenancy).map((its) => ({ owner, ...its }));
}

async function upMigrations(): Promise<string> {
  const files = (await readdir("migrations")).filter((name) => name.endsWith(".up.sql")).sort();
  const texts = await Promise.all(files.map((name) => readFile(`migrations/${name}`, "utf8")));
  return texts.filter((text) => !/concurrently/i.test(text)).join("\n");
}
