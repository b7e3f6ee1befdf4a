import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { withClient } from "../../../../src/connection/connection";
import { inSnapshot } from "../../../../src/connection/inSnapshot";
import { renderDifference } from "../../../../src/convergence/difference";
import { migrate, rollback } from "../../../../src/migrations/migrate";
import { readRecord, recordSchema } from "../../../../src/schema/record/schemaRecord";
import { readSchema } from "../../../../src/schema/catalog/readSchema";
import { readSchemaChanges } from "../../../../src/schema/record/schemaChanges";
import { readSchemaDrift } from "../../../../src/schema/schemaDrift";
import { restoreSchema } from "../../../../src/schema/restoreSchema";
import {
  createMigrationDatabase,
  type MigrationDatabase,
} from "../../migrations/migrationDatabase";
import { rowsOf } from "../../testDatabase";
import { copyDatabase } from "../copyDatabase";

const rich = readFileSync(join(__dirname, "../rich.sql"), "utf8");

let database: MigrationDatabase;

const asOwner = <T>(run: (client: Client) => Promise<T>, name = database.name) =>
  withClient({ ...database.superuser, database: name }, "test", async (client) => {
    await client.query(`set role ${database.settings.owner}`);
    return run(client);
  });
const scope = () => ({ schemas: ["public"], owner: database.settings.owner });
const changes = (name = database.name) =>
  asOwner(
    (client) => inSnapshot(client, undefined, (reader) => readSchemaChanges(reader, scope())),
    name,
  );
const shown = async () =>
  (await changes())?.map(({ change, kind, identity, facts }) =>
    `${change} ${kind} ${identity} ${facts.join()}`.trim(),
  );

describe("the record of a rich schema", () => {
  beforeAll(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_rich", rich);
    await database.run("create extension citext schema public");
    await migrate(database.settings);
  });
  afterAll(() => database.drop());

  test("is that of the live schema", async () => {
    expect(await changes()).toEqual([]);
    const record = await asOwner((client) => readRecord(client));
    expect(record).toMatchObject({ version: 1, reason: null });
    const live = await asOwner((client) =>
      inSnapshot(client, undefined, (reader) => readSchema(reader, scope())),
    );
    const sorted = (objects: typeof live) => objects.map((object) => JSON.stringify(object)).sort();
    expect(sorted(record?.objects ?? [])).toEqual(sorted(live));
  });

  test("holds every kind of object once, with its facts as PostgreSQL writes them", async () => {
    const { objects = [] } = (await asOwner((client) => readRecord(client))) ?? {};
    const kinds = new Set(objects.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      [
        ["aggregate", "cast", "column", "constraint", "domain", "enum", "function", "index"],
        ["materialized view", "operator", "procedure", "range type", "rule", "schema", "sequence"],
        ["statistics", "table", "trigger", "type", "view"],
      ].flat(),
    );
    const facts = (kind: string, identity: string) =>
      objects.find((object) => object.kind === kind && object.identity === identity)?.facts;

    expect(facts("column", "public.users.id")).toEqual({
      table: "public.users",
      name: "id",
      type: "bigint",
      "not null": "NOT NULL",
      identity: "ALWAYS (START WITH 10 INCREMENT BY 5 CACHE 2 CYCLE)",
    });
    expect(facts("column", "public.users.at")).toMatchObject({
      default: "'2019-12-31 22:00:00+00'::timestamp with time zone",
    });
    expect(facts("table", "public.users")).toEqual({
      persistence: "LOGGED",
      options: "fillfactor=70, toast.autovacuum_enabled=false",
      "replica identity": "FULL",
      "access method": "heap",
      comment: "People",
    });
    expect(facts("table", "public.events_2021")).toMatchObject({
      "partition key": "LIST (id)",
      "partition of": "public.events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
    });
    expect(facts("constraint", "notes_at_check on public.notes")).toMatchObject({
      definition: "CHECK ((at > '2000-01-01'::date))",
      valid: "NOT VALID",
    });
    expect(facts("operator", "public.===(public.mood,integer)")).toEqual({
      definition: "(FUNCTION = public.same, LEFTARG = public.mood, RIGHTARG = integer)",
      comment: "Never",
    });
    expect(facts("cast", "(public.mood AS integer)")).toEqual({
      definition: "WITH FUNCTION public.to_number(public.mood) AS ASSIGNMENT",
    });
    expect(facts("cast", "(public.mood AS public.pair)")).toEqual({
      definition: "WITH INOUT AS IMPLICIT",
    });
    expect(facts("index", "public.events_user_idx")).toEqual({
      table: "public.events",
      definition:
        "CREATE INDEX events_user_idx ON public.events USING btree (user_id) WHERE (user_id > 3)",
      valid: "VALID",
      comment: "For the bill",
    });
    expect(facts("trigger", "stamp on public.events_2020")).toMatchObject({
      enabled: "DISABLED",
      parent: "stamp on public.events",
    });
    expect(facts("view", "public.live")).toMatchObject({
      columns: "id, title",
      options: "security_invoker=on",
      "column comments": "title: As it is",
    });
    expect(facts("type", "public.pair")).toEqual({
      attributes: 'a integer, "B b" character varying(3) COLLATE "C"',
    });
    expect(facts("enum", "public.mood")).toMatchObject({ labels: "'sad', 'it''s', 'glad'" });
  });

  test("omits what converges elsewhere, or belongs to an extension, a constraint or a partition's parent", async () => {
    const { objects = [] } = (await asOwner((client) => readRecord(client))) ?? {};
    const names = objects.map(({ identity }) => identity);
    expect(names.filter((name) => name.includes("citext"))).toEqual([]);
    expect(names.filter((name) => name.startsWith("hosterizer"))).toEqual([]);
    expect(names).not.toContain("public.users_pkey");
    expect(names).not.toContain("public.users_id_seq");
    expect(names).not.toContain("public.hours(time without time zone,time without time zone)");
    expect(names).not.toContain("events_pkey on public.events_2020");
    expect(names.filter((name) => name.includes("events_2020_user"))).toEqual([]);
  });

  test("is the same after a dump and a restore, although PostgreSQL then prints some of it differently", async () => {
    const copy = { ...database.superuser, database: `${database.name}_copy` };
    await copyDatabase(database.superuser, copy);
    try {
      const text =
        "select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'code_known'";
      expect(await rowsOf(copy, text)).not.toEqual(await rowsOf(database.superuser, text));
      expect(await changes(copy.database)).toEqual([]);
    } finally {
      await rowsOf({ ...copy, database: "postgres" }, `drop database ${copy.database}`);
    }
  });
});

describe("the record of the schema", () => {
  beforeEach(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_a", "create table a (id int);", "drop table a;");
    await database.write("000002_b", "create table b (id int);", "drop table b;");
  });
  afterEach(() => database.drop());

  test("follows every run, up and down", async () => {
    await migrate({ ...database.settings, target: 1 });
    expect(await changes()).toEqual([]);
    await migrate(database.settings);
    expect(await changes()).toEqual([]);
    await rollback({ ...database.settings, target: 0 });
    expect(await changes()).toEqual([]);
    expect(await asOwner((client) => readRecord(client))).toMatchObject({
      version: 0,
      objects: [],
    });
  });

  test("describes the last applied file when the next one fails", async () => {
    await database.write("000003_c", "create table c (id int); select 1 / 0;");
    await expect(migrate(database.settings)).rejects.toThrow("division by zero");
    expect(await changes()).toEqual([]);
    expect(await asOwner((client) => readRecord(client))).toMatchObject({ version: 2 });
  });

  test("cannot be compared while a file without a transaction is half applied", async () => {
    const half =
      "-- no transaction: a test\ncreate index concurrently a_idx on a (id);\nselect 1 / 0;";
    await database.write("000002_b", half);
    await expect(migrate(database.settings)).rejects.toThrow("division by zero");
    expect(await changes()).toBeUndefined();
    await database.write("000002_b", half.replace("1 / 0", "1 / 1"));
    await migrate(database.settings);
    expect(await changes()).toEqual([]);
  });

  test("cannot be compared once the ledger or the scope has changed, until the schema is recorded again", async () => {
    await migrate(database.settings);
    const { owner } = scope();
    const wider = { schemas: ["public", "monitoring"], owner };
    expect(await asOwner((client) => readSchemaChanges(client, wider))).toBeUndefined();
    await database.run("update hosterizer.schema_records set version = 1");
    expect(await changes()).toBeUndefined();
    await asOwner((client) => recordSchema(client, scope()));
    expect(await changes()).toEqual([]);
  });

  test("is not read while the catalog has the recorded stamp", async () => {
    await migrate(database.settings);
    await database.run("update hosterizer.schema_objects set facts = '{}', digest = 0");
    // The stamp ignores grants, row-level security, statistics and rows.
    await database.run(
      `grant select on a to public; alter table a enable row level security; create policy p on a;
       insert into a select generate_series(1, 100); analyze; truncate b;`,
    );
    await database.run("vacuum full");
    expect(await changes()).toEqual([]);
    await database.run("alter table b add c int; alter table b drop c");
    expect(await changes()).toHaveLength(4);
  });

  test("is created in a database that an older version has migrated", async () => {
    await migrate(database.settings);
    await database.run(
      "drop table hosterizer.schema_records, hosterizer.schema_objects, hosterizer.accepted_drift",
    );
    expect(await changes()).toBeUndefined();
    expect(await asOwner((client) => readRecord(client))).toBeUndefined();
    await asOwner((client) => recordSchema(client, scope()));
    expect(await changes()).toEqual([]);
  });

  test("says who accepted a manual change, and why", async () => {
    await migrate(database.settings);
    await database.run("alter table a add note text");
    expect(await shown()).toEqual(["added column public.a.note"]);
    await asOwner((client) => recordSchema(client, scope(), { reason: "it's needed" }));
    expect(await changes()).toEqual([]);
    expect(await asOwner((client) => readRecord(client))).toMatchObject({
      version: 2,
      reason: "it's needed",
      recordedBy: database.superuser.user,
    });
  });

  test.each([
    ["fails", "select 1 / 0"],
    // SET ROLE reports it for a role that doesn't exist.
    ["fails on purpose", "begin raise using errcode = '22023'; end"],
  ])(
    "is not read while a view that %s replaces the ledger, and the repair asks for a backup",
    async (_what, body) => {
      await migrate(database.settings);
      const language = body.startsWith("select") ? "sql" : "plpgsql";
      await database.run(
        `drop table hosterizer.schema_migrations cascade;
       create function public.fail() returns integer language ${language} volatile as $$ ${body} $$;
       create view hosterizer.schema_migrations as select public.fail() as id, ''::text as name, now() as run_on;
       alter view hosterizer.schema_migrations owner to ${scope().owner}`,
      );
      const { connection, directory } = database.settings;
      const expectation = { ...scope(), directory };
      expect((await readSchemaDrift(connection, expectation)).map(renderDifference)).toEqual([
        expect.stringMatching(/table hosterizer\.schema_migrations.*a view.*backup.*up refuses/s),
      ]);
      await expect(restoreSchema({ connection, ...expectation })).rejects.toThrow(
        /table hosterizer\.schema_migrations.*restore the table from a backup/s,
      );
    },
  );

  test("covers every object of the declared schemas, and the owner's objects elsewhere", async () => {
    await migrate(database.settings);
    const { owner } = scope();
    await database.run(
      `create schema theirs; create table theirs.t (id int); create function theirs.f() returns int language sql as 'select 1';
       create schema ours authorization ${owner}; create table ours.t (id int);
       create table theirs.ours (id int); alter table theirs.ours owner to ${owner};
       create table public.theirs (id int); create schema tenancy authorization ${owner}; create table tenancy.t (id int);`,
    );
    expect(await shown()).toEqual([
      "added schema ours",
      "added table public.theirs",
      "added table theirs.ours",
    ]);
  });
});
