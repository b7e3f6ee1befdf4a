import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { GrantDeclaration } from "../postgres/access/declarations";
import type { Audit } from "../postgres/audit/audit";
import { migrate } from "../postgres/migrations/migrate";
import { applyRowLevelSecurity } from "../postgres/rowLevelSecurity/applyRowLevelSecurity";
import { contextSchema } from "../postgres/rowLevelSecurity/contextFunctions";
import type { Tenancy, TenantTable } from "../postgres/rowLevelSecurity/tenancy";
import type { SchemaExpectation } from "../postgres/schema/inspectSchema";
import { createTestDatabase } from "../test/integration/testDatabase";

const tables = 1_000;
/** Each has two policies: what its customer sees, and what backups read. */
const tenantTables = 100;

/** A large database as `up` would leave it, and what is declared about it. It goes with its server. */
export async function createLargeDatabase() {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), "hosterizer-bench-"));
  const remove = () => rm(directory, { recursive: true });
  try {
    return { ...database, ...(await fill(database, directory)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fill(database: Awaited<ReturnType<typeof createTestDatabase>>, directory: string) {
  const { user: owner } = await database.role("owner");
  const migrator = await database.role("migrator", `noinherit in role ${owner}`);
  const { user: application } = await database.role("app");
  const { user: backup } = await database.role("backup");
  const roles = [
    { name: owner, login: false, purpose: "owns everything" },
    { name: migrator.user, login: true, inherit: false, memberOf: [owner], purpose: "migrates" },
    { name: application, login: true, purpose: "changes" },
    { name: backup, login: true, purpose: "reads" },
  ];
  const tenancy: Tenancy = {
    administrators: "session",
    tables: Array.from({ length: tenantTables }, (_, index) => tenantTable(index)),
    tenantRoles: [application],
    administratorRoles: [],
    backupRoles: [backup],
  };
  const grants = grantsTo(migrator.user, application, backup);
  const schemas = [
    { name: contextSchema, purpose: "" },
    { name: "hosterizer", purpose: "" },
  ];
  await database.run(`alter role ${owner} nologin;
    alter database ${database.name} owner to ${owner};
    ${schemas.map(({ name }) => `create schema ${name} authorization ${owner};`).join("\n")}`);
  await database.run(grants.map((grant) => statements(grant, database.name, owner)).join(";\n"));

  await writeFile(join(directory, "000001_tables.up.sql"), createTables());
  await writeFile(join(directory, "000001_tables.down.sql"), "select 1;\n");
  const expectation: SchemaExpectation = { owner, schemas: ["public"], directory };
  await migrate({ connection: migrator, ...expectation, lockTimeoutMs: 5_000 });
  const security = { tenancy, owner };
  await applyRowLevelSecurity(migrator, security);
  // As autovacuum leaves a database a minute later.
  await database.run("vacuum analyze");
  const declared = { owner, roles, grants, schemas, tenancy };
  const audit: Audit = { ...declared, extensions: [], settings: [] };
  return { migrator, expectation, security, audit };
}

function tenantTable(index: number): TenantTable {
  return { schema: "public", table: nameOf(index), column: "customer_id" };
}

function nameOf(index: number): string {
  return `table_${String(index).padStart(4, "0")}`;
}

/**
 * Twelve columns and three indexes each; tenant tables first. A loop, so that the folder of the migrations is small: how long
 * it takes to read that is another question.
 */
function createTables(): string {
  return `do $tables$
declare
  name text;
  kind text;
begin
  for number in 0 .. ${tables - 1} loop
    name := 'table_' || pg_catalog.lpad(number::text, 4, '0');
    kind := case when number < ${tenantTables} then 'customer_id' else 'parent_id' end;
    execute pg_catalog.format($table$
      create table public.%1$s (
        id bigint generated always as identity,
        %2$s bigint not null,
        name text not null,
        status text not null default 'active',
        amount numeric(14, 4) not null default 0,
        currency text not null default 'EUR',
        configuration jsonb not null default '{}',
        started_at timestamptz,
        finished_at timestamptz,
        note text,
        created_at timestamptz not null default pg_catalog.now(),
        updated_at timestamptz not null default pg_catalog.now(),
        constraint %1$s_pkey primary key (id),
        constraint %1$s_%2$s_fkey foreign key (%2$s) references public.%3$s (id),
        constraint %1$s_status_check check (status in ('active', 'closed'))
      );
      create index %1$s_%2$s_idx on public.%1$s (%2$s, created_at);
      create index %1$s_name_idx on public.%1$s (pg_catalog.lower(name)) where finished_at is null;
      comment on table public.%1$s is 'A table like others'$table$,
      name, kind, case kind when 'customer_id' then '${nameOf(0)}' else '${nameOf(tenantTables)}' end);
  end loop;
end $tables$;
`;
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

/** Before there are tables: default privileges reach each of them. */
function statements(grant: GrantDeclaration, database: string, owner: string): string {
  const { role } = grant;
  const list = grant.privileges.join(", ");
  if (grant.on === "tables") {
    return `alter default privileges for role ${owner} in schema ${grant.schema} grant ${list} on tables to ${role}`;
  }
  const target = grant.on === "database" ? `database ${database}` : `schema public`;
  const given = list === "" ? "" : `; grant ${list} on ${target} to ${role}`;
  return `revoke all on ${target} from ${role}${given}`;
}
