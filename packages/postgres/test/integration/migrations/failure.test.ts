import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate, rollback } from "../../../src/migrations/migrate";
import { MigrationError } from "../../../src/migrations/migrationError";
import { readMigrationState, schemaVersion } from "../../../src/migrations/migrationState";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("a migration that fails", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
  });
  afterEach(() => database.drop());

  const version = () => schemaVersion(database.settings.connection, database.settings.owner);
  const failure = async (run: Promise<unknown>) => {
    const error: unknown = await run.catch((thrown: unknown) => thrown);
    if (!(error instanceof MigrationError))
      throw new Error("expected a MigrationError", { cause: error });
    return error;
  };
  const messageOf = async (up: string) => {
    await database.write("000001_try", up);
    const { message } = await failure(migrate(database.settings));
    return message.replaceAll(database.settings.directory, "migrations");
  };

  test("shows its place, keeps the migrations before it, and is applied alone once it is fixed", async () => {
    await database.write("000001_create_sites", "create table sites (id bigint);");
    await database.write("000002_name_sites", "alter table sites add column name text;");
    const broken =
      "alter table sites add column labels text[];\nalter table sites\n  add column tags textt[];\n";
    await database.write("000003_add_site_tags", broken);

    const error = await failure(migrate(database.settings));
    expect(error).toMatchObject({ code: "42704", line: 3, column: 19 });
    expect(error.message.replace(database.settings.directory, "migrations")).toBe(
      [
        'migrations/000003_add_site_tags.up.sql:3:19: type "textt[]" does not exist (42704)',
        "  3 |   add column tags textt[];",
        "    |                   ^",
        "Nothing of this file was applied; the files before it stay applied. Fix it and run again: it resumes from here.",
      ].join("\n"),
    );
    expect(await version()).toBe(2);
    expect((await readMigrationState(database.settings)).pending).toEqual(["000003_add_site_tags"]);
    expect(await database.rows("select from pg_attribute where attname = 'labels'")).toEqual([]);

    await database.write("000003_add_site_tags", broken.replace("textt", "text"));
    expect(await migrate(database.settings)).toEqual(["000003_add_site_tags"]);
    expect(await version()).toBe(3);
  });

  test("shows a syntax error as PostgreSQL found it", async () => {
    expect(await messageOf("create table a (id int);\n\n\tcreate tabel b (id int);")).toContain(
      [
        'migrations/000001_try.up.sql:3:9: syntax error at or near "tabel" (42601)',
        "  3 | \tcreate tabel b (id int);",
        "    | \t       ^",
      ].join("\n"),
    );
    expect(await database.rows("select from pg_class where relname = 'a'")).toEqual([]);
  });

  test("points at the failed statement if PostgreSQL gives no position", async () => {
    const up =
      "create table ä (id int primary key); insert into ä values (1);\n-- again\ninsert into ä values (1);";
    const message = await messageOf(up);
    expect(message).toContain("migrations/000001_try.up.sql:3:1: duplicate key value");
    expect(message).toContain("  3 | insert into ä values (1);\n    | ^");
    expect(message).toContain("detail: Key (id)=(1) already exists.");
  });

  test("shows PostgreSQL's hint", async () => {
    const message = await messageOf("create table a (label text);\nselect lable from a;");
    expect(message).toContain("migrations/000001_try.up.sql:2:8");
    expect(message).toContain('hint: Perhaps you meant to reference the column "a.label".');
  });

  test("shows where in a function it failed, with the statement that the function ran", async () => {
    const message = await messageOf("do $$\nbegin\n  perform 1 from nowhere;\nend $$;");
    expect(message).toContain('000001_try.up.sql:1:1: relation "nowhere" does not exist (42P01)');
    expect(message).toContain(
      "in a statement that it ran:\n  1 | SELECT 1 from nowhere\n    |               ^",
    );
    expect(message).toContain("where: PL/pgSQL function inline_code_block line 3 at PERFORM");
  });

  test("is distinguished from what runs after each file", async () => {
    await database.write("000001_try", "create table a (id int);");
    const error = await failure(migrate({ ...database.settings, afterEach: "select 1/0" }));
    expect(error.message).toContain(
      "000001_try.up.sql: what runs after each file: division by zero",
    );
    expect(await version()).toBe(0);
    expect(await database.rows("select from pg_class where relname = 'a'")).toEqual([]);
  });

  test("can also fail at its commit", async () => {
    const up =
      "create table a (id int unique deferrable initially deferred);\ninsert into a values (1), (1);";
    expect(await messageOf(up)).toContain("its commit: duplicate key value");
    expect(await version()).toBe(0);
  });

  test("keeps a rollback from starting until it is fixed", async () => {
    await database.write("000001_a", "create table a (id int);", "drop table a;");
    await database.write("000002_b", "create table b (id int);", "drop table bb;");
    await database.write("000003_c", "create table c (id int);", "drop table c;");
    await migrate(database.settings);

    const error = await failure(rollback({ ...database.settings, target: 0 }));
    expect(error.message).toContain('000002_b.down.sql:1:1: table "bb" does not exist');
    expect(await version()).toBe(3);

    await database.write("000002_b", "create table b (id int);", "drop table b;");
    const undone = ["000003_c", "000002_b", "000001_a"];
    expect(await rollback({ ...database.settings, target: 0 })).toEqual(undone);
    expect(await version()).toBe(0);
  });
});
