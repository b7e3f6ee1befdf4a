import { readdir, readFile } from "node:fs/promises";

import { escapeIdentifier } from "pg";

import { extensions, schemas } from "../../../database/extensions";
import { grants, migratorGrants, withheldFromPublic } from "../../../database/grants";
import {
  authenticator,
  migrator,
  owner as declaredOwner,
  pooler,
  roles as declaredRoles,
} from "../../../database/roles";
import { tenancy as declaredTenancy } from "../../../database/tenancy";
import type { Audit } from "../../../postgres/audit/audit";
import type { AuditFinding } from "../../../postgres/audit/auditFinding";
import { readAudit } from "../../../postgres/audit/readAudit";
import { repairAudit } from "../../../postgres/audit/repairAudit";
import { type Connection, withClient } from "../../../postgres/connection";
import { renderDifference } from "../../../postgres/drift/renderDifference";
import { applyUserLookup } from "../../../postgres/pooler/applyUserLookup";
import { applyRowLevelSecurity } from "../../../postgres/rowLevelSecurity/applyRowLevelSecurity";
import { createTestDatabase } from "../testDatabase";
import { grantStatements } from "./grantStatements";

/** A database as `up` leaves it, with what is declared in database/; its roles exist in this test alone. */
export async function createAuditedDatabase() {
  const database = await createTestDatabase();
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
  const audit: Audit = {
    owner,
    roles,
    grants: [...withheldFromPublic, ...migratorGrants, ...grants].map((grant) => ({
      ...grant,
      role: own(grant.role),
    })),
    schemas,
    extensions,
    tenancy,
    settings: [],
    lookup,
  };

  const attributes = roles.flatMap(
    ({ name, login, inherit = true, memberOf = [], authenticates }) => [
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
    ${await upMigrations()}`);
  const session = sessions.get(migrator) ?? database.superuser;
  await applyRowLevelSecurity(session, { tenancy, owner });
  await applyUserLookup(database.superuser, lookup);
  const statements = audit.grants.flatMap((grant) => grantStatements(grant, database.name, owner));
  await database.run(statements.join(";\n"));

  // Superusers that other test files make on the same server are no business of this one's.
  const suffix = database.name.slice("test".length);
  const isStranger = ({ kind, object }: AuditFinding) =>
    kind === "login past row-level security" && !object.endsWith(suffix);
  const linesAs = (connection: Connection, declared = audit) =>
    withClient(connection, "test", async (client) =>
      (await readAudit(client, declared))
        .filter(({ finding }) => !isStranger(finding))
        .map(({ finding }) => renderDifference(finding)),
    );
  return {
    ...database,
    owner,
    audit,
    lookup,
    own,
    /** How a declared role reaches the database. */
    session: (name: string) => sessions.get(name) ?? database.superuser,
    lines: (declared = audit) => linesAs(database.superuser, declared),
    linesAs,
    repair: (connection: Connection = database.superuser, declared = audit) =>
      repairAudit(connection, declared),
  };
}

async function upMigrations(): Promise<string> {
  const files = (await readdir("migrations")).filter((name) => name.endsWith(".up.sql")).sort();
  const texts = await Promise.all(files.map((name) => readFile(`migrations/${name}`, "utf8")));
  return texts.filter((text) => !/concurrently/i.test(text)).join("\n");
}
