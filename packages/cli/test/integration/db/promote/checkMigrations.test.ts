import { dirname } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { checkMigrations } from "../../../../src/db/promote/checkMigrations";
import type { StackAccess } from "../../../../src/db/stack/stackAccess";
import { program } from "../../../../../../components/program";
import { migrate } from "@hosterizer/postgres/migrations/migrate";
import { comingMigration, shippedVersion } from "../../../../../../test/shippedMigrations";
import {
  copyRealMigrations,
  createMigrationDatabase,
  type MigrationDatabase,
} from "../../../../../postgres/test/integration/migrations/migrationDatabase";

const checkNames = comingMigration("check_names");
const addNote = comingMigration("add_note", 2);
const before = process.cwd();
let database: MigrationDatabase;

beforeAll(async () => {
  database = await createMigrationDatabase();
  await copyRealMigrations(database);
  await migrate(database.settings);
  await database.run(
    `insert into public.users (email, full_name, password_hash)
       select 'many' || n || '@example.com', 'x', 'x' from generate_series(1, 12000) as n;
     analyze public.users`,
  );
  await database.write(
    addNote,
    "alter table public.sites add note text;\n",
    "alter table public.sites drop note;\n",
  );
  // The path of the migrations folder is relative to the working folder.
  process.chdir(dirname(database.settings.directory));
});

afterAll(async () => {
  process.chdir(before);
  await database.drop();
});

/** What a promotion says about pending migrations. */
function judge(): ReturnType<typeof checkMigrations> {
  const { host, port, user, password = "" } = database.settings.connection;
  const access: StackAccess = {
    ...{ stack: "prod", host, port, database: database.name, sslmode: "disable" },
    passwords: { [program.migrator]: password },
    logins: { [program.migrator]: user },
  };
  const pending = [checkNames, addNote];
  return checkMigrations(access, program, { version: shippedVersion, pending });
}

test("a migration that is unsafe at the destination's size stops a promotion", async () => {
  const check = "alter table public.users add constraint users_named check (full_name <> '')";
  const down = "alter table public.users drop constraint users_named;\n";
  await database.write(checkNames, `${check};\n`, down);
  await expect(judge()).rejects.toMatchObject({ name: "DeclarationErrors" });
  await expect(judge()).rejects.toThrow(
    `migrations/${checkNames}.up.sql:1: it locks public.users with about 12000`,
  );

  await database.write(checkNames, `${check} not valid;\n`, down);
  const { summary } = await judge();
  expect(summary).toContain("nothing unsafe in 2 pending migrations");
  expect(summary).toContain(`${addNote}.up.sql:1 locks public.sites in ACCESS EXCLUSIVE mode`);
});
