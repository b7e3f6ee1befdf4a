import { afterAll, beforeAll, expect, test } from "vitest";

import { readAudit } from "../../../src/audit/audit";
import { guardedTables } from "../../../src/audit/declaredAccess";
import { secureNewObjects } from "../../../src/audit/newObjects";
import { withClient } from "../../../src/connection/connection";
import { migrate } from "../../../src/migrations/migrate";
import { readSchemaDrift } from "../../../src/schema/schemaDrift";
import { recordStatements } from "../../../src/schema/record/schemaRecord";
import { createMigrationDatabase } from "../migrations/migrationDatabase";
import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let secure: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  const { owner, schemas, tenancy, grants } = database.audit;
  const names = ["public", ...schemas.map(({ name }) => name)];
  const guarded = guardedTables(grants, tenancy.tables);
  secure = secureNewObjects({ owner, schemas: names, guarded });
});

afterAll(() => database.drop());

test("the audit finds nothing in what a migration creates", async () => {
  const made = `set role ${database.owner};
    create view public.regions as select region from public.sites;
    create view public.regions_in_use as select distinct region from public.regions;
    create view public.people as select full_name from public.users;
    create table public.jottings (jotting text);
    create view public.words as select jotting from public.jottings;
    create function public.everyone() returns bigint language sql security definer
      as 'select count(*) from users';`;
  await database.run(`${made} ${secure}`);

  expect(await database.auditLines()).toEqual([]);
  const options = await rowsOf<{ name: string; options: string[] | null }>(
    database.superuser,
    "select relname as name, reloptions as options from pg_class where relname in ('people', 'words') order by 1",
  );
  expect(options).toEqual([
    { name: "people", options: ["security_invoker=true"] },
    { name: "words", options: null },
  ]);
});

test("ignores objects of other roles", async () => {
  const { user } = await database.role("stranger");
  await database.run(`create view public.strange as select region from public.sites;
    alter view public.strange owner to ${user};
    set role ${database.owner};
    ${secure}`);

  expect(await database.auditLines()).toEqual([
    expect.stringContaining("view public.strange: found owner"),
    expect.stringContaining("expected security_invoker"),
  ]);
});

test("the recorded schema and the audit agree on what a migration created", async () => {
  const migrated = await createMigrationDatabase();
  try {
    const { connection, owner, directory } = migrated.settings;
    const tables = [{ schema: "public", table: "sites", column: "customer_id" }];
    const schemas = ["public"];
    await migrated.write(
      "000001_create_sites",
      `create table public.sites (id bigint primary key, customer_id bigint not null);
       create view public.numbers as select id from public.sites;
       create function public.count_sites() returns bigint language sql security definer
         as 'select count(*) from public.sites';`,
    );
    const afterEach = secureNewObjects({ owner, schemas, guarded: guardedTables([], tables) });
    await migrate({
      connection,
      owner,
      directory,
      schemas,
      afterEach,
      recordSchema: recordStatements,
      lockTimeoutMs: 500,
      log: () => undefined,
    });

    const declared = {
      ...database.audit,
      owner,
      roles: [],
      grants: [],
      schemas: [],
      tenancy: { ...database.audit.tenancy, tables },
    };
    const kinds = await withClient(migrated.superuser, "test", async (client) =>
      (await readAudit(client, declared)).map(({ finding }) => finding.kind),
    );
    expect(kinds).not.toContain("view without security_invoker");
    expect(kinds).not.toContain("function search_path");
    expect(await readSchemaDrift(connection, { owner, schemas, directory })).toEqual([]);
  } finally {
    await migrated.drop();
  }
});
