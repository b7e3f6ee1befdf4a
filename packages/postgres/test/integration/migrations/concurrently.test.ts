import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate, rollback } from "../../../src/migrations/migrate";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("a file without a transaction", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
    await database.write("000001_a", "create table a (id int); insert into a values (1), (1);");
    await migrate(database.settings);
  });
  afterEach(() => database.drop());

  const mark = "-- no transaction: CREATE INDEX CONCURRENTLY can't run in one\n";
  const indexes = () =>
    database.rows(
      `select indexrelid::regclass::text as name, indisvalid as valid from pg_index
      where indrelid = 'a'::regclass order by 1`,
    );
  const both = [
    { name: "a_expression_idx", valid: true },
    { name: "a_id_idx", valid: true },
  ];
  const up = `${mark}create index concurrently a_id_idx on a (id);
    create index concurrently a_expression_idx on public.a (cast('x;y' || id as text));
    vacuum a;
    create function f() returns int language sql as $$ select 1; select 2; $$;`;
  const down = `${mark}drop function f(); drop index concurrently a_expression_idx; drop index concurrently public.a_id_idx;`;

  test("runs all its statements, including those that must not run in a transaction, and its down file undoes them", async () => {
    await database.write("000002_b", up, down);
    expect(await migrate(database.settings)).toEqual(["000002_b"]);
    expect(await indexes()).toEqual(both);
    expect(await database.rows("select f()")).toEqual([{ f: 2 }]);

    await rollback({ ...database.settings, target: 1 });
    expect(await indexes()).toEqual([]);
    expect(await database.rows("select from hosterizer.migration_statements")).toEqual([]);
  });

  test("waits for its locks without a limit, where the wait is part of building the index", async () => {
    await database.write("000002_b", `${mark}create index concurrently a_id_idx on a (id);`);
    const writer = new Client(database.superuser);
    await writer.connect();
    await writer.query("begin");
    await writer.query("insert into a values (3)");
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const migration = migrate({ ...database.settings, lockTimeoutMs: 50, log });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await writer.query("commit");
    await writer.end();

    expect(await migration).toEqual(["000002_b"]);
    expect(lines).toHaveLength(1);
    expect(await indexes()).toEqual([{ name: "a_id_idx", valid: true }]);
  });

  test("replaces only the invalid index that a failed build left", async () => {
    await expect(
      database.run("create unique index concurrently a_stranger_key on a (id)"),
    ).rejects.toMatchObject({ code: "23505" });
    await database.write("000002_b", `${mark}create unique index concurrently a_id_key on a (id);`);
    await expect(migrate(database.settings)).rejects.toMatchObject({ code: "23505", line: 2 });
    expect(await indexes()).toEqual([
      { name: "a_id_key", valid: false },
      { name: "a_stranger_key", valid: false },
    ]);

    await database.run("delete from a");
    expect(await migrate(database.settings)).toEqual(["000002_b"]);
    expect(await indexes()).toEqual([
      { name: "a_id_key", valid: true },
      { name: "a_stranger_key", valid: false },
    ]);
  });

  test("treats an index as built if only the record of its completion was lost", async () => {
    await database.write("000002_b", up, down);
    await migrate(database.settings);
    // As if the server had crashed between the build of the second index and its record.
    const name = "000002_b";
    await database.run(
      `delete from hosterizer.schema_migrations where name = '${name}'; drop function f();
      insert into hosterizer.migration_statements values
        ('${name}', 'up', 1, encode(sha256('create index concurrently a_id_idx on a (id)'), 'hex'), true),
        ('${name}', 'up', 2, encode(sha256($$create index concurrently a_expression_idx on public.a (cast('x;y' || id as text))$$), 'hex'), false)`,
    );
    expect(await migrate(database.settings)).toEqual([name]);
    expect(await indexes()).toEqual(both);
  });

  test("treats an index as dropped if only the record of its completion was lost", async () => {
    await database.write("000002_b", up, down);
    await migrate(database.settings);
    await database.run(
      `drop index a_expression_idx;
      insert into hosterizer.migration_statements values
        ('000002_b', 'down', 2, encode(sha256('drop index concurrently a_expression_idx'), 'hex'), false)`,
    );
    await rollback({ ...database.settings, target: 1 });
    expect(await indexes()).toEqual([]);
  });

  test("fails on an index of its name that it did not build", async () => {
    await database.run("create index a_id_idx on a (id)");
    await database.write("000002_b", `${mark}create index concurrently a_id_idx on a (id);`);
    await expect(migrate(database.settings)).rejects.toMatchObject({ code: "42P07" });
  });

  test("keeps the statements before the one that failed, and refuses an edit of those", async () => {
    const broken = `${mark}create table b (id int);\nselect nothing from b;`;
    await database.write("000002_b", broken);
    const message = /000002_b\.up\.sql:3:8: .*\n.*\n.*\n.*statements and files before it stay/;
    await expect(migrate(database.settings)).rejects.toThrow(message);

    await database.write("000002_b", broken.replace("id int", "id bigint"));
    await expect(migrate(database.settings)).rejects.toThrow(
      "000002_b.up.sql:2:1: this statement is applied already, and was edited since",
    );
    await database.write("000002_b", broken.replace("nothing", "id"));
    expect(await migrate(database.settings)).toEqual(["000002_b"]);
  });

  test("runs what follows each file in the transaction of a statement that has one", async () => {
    await database.write("000002_b", `${mark}create table b (id int);`);
    await migrate({
      ...database.settings,
      afterEach: `do $$ begin
        if exists (select from pg_class where relname = 'b' and not relrowsecurity) then
          alter table b enable row level security;
        end if;
      end $$`,
    });
    const rows = await database.rows(
      "select relrowsecurity as secured, xmin = (select xmin from pg_attribute where attrelid = 'b'::regclass and attname = 'id') as together from pg_class where relname = 'b'",
    );
    expect(rows).toEqual([{ secured: true, together: true }]);
  });

  test("lets a procedure commit", async () => {
    const procedure = `create procedure p() language plpgsql as $$
      begin insert into a values (7); commit; insert into a values (8); end $$`;
    await database.write("000002_b", `${mark}${procedure}; call p();`);
    await migrate(database.settings);
    expect(await database.rows("select id from a where id > 6 order by id")).toEqual([
      { id: 7 },
      { id: 8 },
    ]);
  });

  test("shows a syntax error with its place", async () => {
    await database.write("000002_b", `${mark}create tabel b (id int);`);
    await expect(migrate(database.settings)).rejects.toThrow(
      '000002_b.up.sql:2:8: syntax error at or near "tabel"',
    );
  });
});
