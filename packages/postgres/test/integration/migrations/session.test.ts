import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { migrate, rollback } from "../../../src/migrations/migrate";
import { createMigrationDatabase, type MigrationDatabase } from "./migrationDatabase";

describe("a migration run", () => {
  let database: MigrationDatabase;
  beforeEach(async () => {
    database = await createMigrationDatabase();
  });
  afterEach(() => database.drop());

  const remember = `create table seen as select current_user::text as role,
    current_setting('search_path') as path, current_setting('lock_timeout') as lock_timeout,
    current_setting('statement_timeout') as statement_timeout,
    current_setting('app.current_user_role') as context, current_setting('application_name') as application;`;

  test("runs as the owner, in public, as an administrator, whatever the previous file has set", async () => {
    await database.run(
      `alter role ${database.settings.connection.user} set statement_timeout = '5s'`,
    );
    await database.write(
      "000001_disturb",
      "set search_path = pg_catalog; set lock_timeout = 0; reset role; set app.current_user_role = 'x';",
    );
    await database.write("000002_look", remember);
    await migrate({ ...database.settings, lockTimeoutMs: 700 });

    expect(await database.rows("select * from seen")).toEqual([
      {
        role: database.settings.owner,
        path: "public",
        lock_timeout: "700ms",
        statement_timeout: "0",
        context: "administrator",
        application: "hosterizer-database/migrate",
      },
    ]);
  });

  test("changes rows that forced row-level security shows to administrators only", async () => {
    await database.write(
      "000001_make",
      `create table t (id int);
      insert into t values (1);
      alter table t enable row level security;
      alter table t force row level security;
      create policy p on t using (current_setting('app.current_user_role', true) = 'administrator');`,
    );
    await database.write("000002_change", "update t set id = 2;");
    await migrate(database.settings);
    expect(await database.rows("select * from t")).toEqual([{ id: 2 }]);
  });

  test("runs what follows each file in the file's own transaction, both ways", async () => {
    await database.write("000001_a", "create table a (id int);", "drop table a;");
    await database.write("000002_b", "create table b (id int);", "drop table b;");
    const afterEach = `create table if not exists seen (tx xid8, tables int);
      insert into seen select pg_current_xact_id_if_assigned(),
        (select count(*) from pg_class where relname in ('a', 'b') and xmin::text = pg_current_xact_id()::text)`;
    await migrate({ ...database.settings, afterEach });
    await rollback({ ...database.settings, target: 1, afterEach });
    const rows = await database.rows(
      "select tables, count(distinct tx)::int as n from seen group by tables order by tables",
    );
    expect(rows).toEqual([
      { tables: 0, n: 1 },
      { tables: 1, n: 2 },
    ]);
  });

  test("reports each file, with its duration and the server's notices", async () => {
    await database.write("000001_a", "do $$ begin raise notice 'hello'; end $$;");
    const lines: string[] = [];
    await migrate({ ...database.settings, log: (line) => lines.push(line) });
    await rollback({ ...database.settings, target: 0, log: (line) => lines.push(line) });
    expect(lines).toEqual([
      "NOTICE: hello",
      expect.stringMatching(/^000001_a … \d+ ms$/),
      expect.stringMatching(/^000001_a \(down\) … \d+ ms$/),
    ]);
  });

  test("stops at its target", async () => {
    for (const name of ["000001_a", "000002_b", "000003_c"])
      await database.write(name, "select 1;");
    expect(await migrate({ ...database.settings, target: 2 })).toEqual(["000001_a", "000002_b"]);
    expect(await migrate({ ...database.settings, target: 2 })).toEqual([]);
    await expect(migrate({ ...database.settings, target: 1 })).rejects.toThrow(
      "migration target 1: the database is at 2 and the folder ends at 3",
    );
    await expect(migrate({ ...database.settings, target: 4 })).rejects.toThrow(
      "migration target 4",
    );
    await expect(rollback({ ...database.settings, target: 3 })).rejects.toThrow(
      "rollback target 3: the database is at 2",
    );
    expect(await rollback({ ...database.settings, target: 2 })).toEqual([]);
  });
});
