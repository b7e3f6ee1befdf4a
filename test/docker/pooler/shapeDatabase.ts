import { escapeIdentifier, escapeLiteral } from "pg";

import { extensions, recordedSchemas, schemas } from "../../../database/extensions";
import { firstGrants, grants } from "../../../database/grants";
import { authenticator, migrator, owner, pooler, roles } from "../../../database/roles";
import { tenancy } from "../../../database/tenancy";
import type { GrantDeclaration } from "@hosterizer/postgres/access/declarations";
import { generatePassword } from "@hosterizer/postgres/access/passwords";
import { isSubjectToRowSecurity } from "@hosterizer/postgres/audit/declaredAccess";
import {
  applyTablePrivileges,
  boundPrivileges,
} from "@hosterizer/postgres/audit/missingPrivileges";
import { type Connection, withClient } from "@hosterizer/postgres/connection/connection";
import { migrate } from "@hosterizer/postgres/migrations/migrate";
import { recordStatements } from "@hosterizer/postgres/schema/record/schemaRecord";
import { applyUserLookup } from "@hosterizer/postgres/pooler/userLookup";
import { applyRowLevelSecurity } from "@hosterizer/postgres/rowLevelSecurity/rowLevelSecurity";
import { grantStatements } from "../../../packages/postgres/test/integration/audit/grantStatements";

/**
 * Creates the database that database/ declares, as an update does, but without Pulumi.
 *
 * @param server the superuser's connection to an empty server.
 * @returns the passwords by role.
 */
export async function shapeDatabase(
  server: Connection,
  database: string,
): Promise<Readonly<Record<string, string>>> {
  const passwords: Record<string, string> = {};
  const statements = roles.flatMap(({ name, login, inherit = true, memberOf, authenticates }) => {
    const password = login && authenticates !== "certificate" ? generatePassword() : undefined;
    if (password !== undefined) passwords[name] = password.password;
    return [
      `create role ${name} ${login ? "login" : "nologin"} ${inherit ? "inherit" : "noinherit"}`,
      ...(password === undefined
        ? []
        : [`alter role ${name} password ${escapeLiteral(password.verifier)}`]),
      ...(memberOf ?? []).map((group) => `grant ${group} to ${name}`),
    ];
  });
  await run(server, [
    ...statements,
    `create database ${database} owner ${owner} template template0 encoding 'UTF8' locale 'C'`,
  ]);

  const superuser = { ...server, database };
  const give = (its: readonly GrantDeclaration[]) =>
    its.flatMap((grant) => grantStatements(grant, database, owner));
  await run(superuser, [
    ...schemas.map(({ name }) => `create schema ${name} authorization ${owner}`),
    ...extensions.map(
      ({ name, schema }) => `create extension ${escapeIdentifier(name)} schema ${schema}`,
    ),
    ...give(firstGrants),
  ]);
  const session = { ...superuser, user: migrator, password: passwords[migrator] ?? "" };
  await migrate({
    connection: session,
    owner,
    schemas: [...recordedSchemas],
    directory: "migrations",
    recordSchema: recordStatements,
    lockTimeoutMs: 5_000,
  });
  await applyRowLevelSecurity(session, { tenancy, owner });
  await run(superuser, give(grants.filter((grant) => !isSubjectToRowSecurity(grant, tenancy))));
  for (const its of boundPrivileges(grants, tenancy))
    await applyTablePrivileges(session, { owner, ...its });
  await applyUserLookup(superuser, { owner, role: pooler, authenticator });
  return passwords;
}

async function run(connection: Connection, statements: readonly string[]): Promise<void> {
  await withClient(connection, "test", async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}
