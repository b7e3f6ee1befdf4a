import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { tenancy } from "../../../../../database/tenancy";
import { migrate, rollback } from "../../../src/migrations/migrate";
import { readMigrationState, schemaVersion } from "../../../src/migrations/migrationState";
import { readMigrations } from "../../../src/migrations/migrationsFolder";
import {
  createMigrationDatabase,
  type MigrationDatabase,
  realMigrations,
} from "./migrationDatabase";

const catalogQuery = readFileSync(join(__dirname, "catalog.sql"), "utf8");

describe("the project's migrations", () => {
  let database: MigrationDatabase;
  beforeAll(async () => {
    database = await createMigrationDatabase();
    database.settings.directory = realMigrations;
  });
  afterAll(() => database.drop());

  const catalog = async () => {
    const rows = await database.rows<{ line: string }>(catalogQuery);
    return rows.map(({ line }) => line);
  };

  test("go up, down and up again to the same catalog, file by file", async () => {
    const names = (await readMigrations(realMigrations)).map(({ name }) => name);
    const connection = database.settings.connection;
    expect(await schemaVersion(connection, database.settings.owner)).toBe(0);
    expect((await readMigrationState(database.settings)).pending).toEqual(names);

    const after: string[][] = [await catalog()];
    for (const [index, name] of names.entries()) {
      expect(await migrate({ ...database.settings, target: index + 1 })).toEqual([name]);
      after.push(await catalog());
      expect(after[index + 1]).not.toEqual(after[index]);
    }
    for (let target = names.length - 1; target >= 0; target--) {
      expect(await rollback({ ...database.settings, target })).toEqual([names[target]]);
      expect(await catalog()).toEqual(after[target]);
    }
    expect(await migrate(database.settings)).toEqual(names);
    expect(await catalog()).toEqual(after.at(-1));
    expect(await schemaVersion(connection, database.settings.owner)).toBe(names.length);
    expect((await readMigrationState(database.settings)).pending).toEqual([]);
  });

  test("create everything as the owner, in the schema public", async () => {
    const strangers = await database.rows(
      `select relname from pg_class
      where relnamespace in ('public'::regnamespace, 'hosterizer'::regnamespace)
        and relowner <> '${database.settings.owner}'::regrole`,
    );
    expect(strangers).toEqual([]);
  });

  test("comment every table, and name every constraint after its table", async () => {
    const silent = await database.rows(
      `select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and obj_description(oid, 'pg_class') is null`,
    );
    expect(silent).toEqual([]);

    const misnamed = await database.rows(
      `select conname from pg_constraint
      where connamespace = 'public'::regnamespace and not starts_with(conname, conrelid::regclass || '_')`,
    );
    expect(misnamed).toEqual([]);
  });

  test("index every foreign key, by all of its columns", async () => {
    const bare = await database.rows(
      `select conname from pg_constraint as con
      where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
        select from pg_index
        where indrelid = conrelid and indpred is null
          and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
      )`,
    );
    expect(bare).toEqual([]);
  });

  test("have the tenant column in a foreign key, first in an index, and NOT NULL", async () => {
    const tables = await database.rows<{ table: string; loose: boolean }>(
      `select attrelid::regclass::text as table,
        not (attnotnull
          and exists (select from pg_constraint where conrelid = attrelid and contype = 'f' and attnum = any (conkey))
          and exists (select from pg_index where indrelid = attrelid and indkey[0] = attnum and indpred is null)
        ) as loose
      from pg_attribute join pg_class on pg_class.oid = attrelid and relkind = 'r'
      where attname = 'customer_id' and relnamespace = 'public'::regnamespace
      order by 1`,
    );
    const names = tenancy.tables
      .filter(({ column }) => column === "customer_id")
      .map(({ table }) => table)
      .sort();
    expect(tables).toEqual(names.map((table) => ({ table, loose: false })));
  });

  test("let only the owner read the ledger", async () => {
    const [row] = await database.rows<{ open: boolean }>(
      `select bool_or(grantee <> nspowner) as open
      from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
      where nspname = 'hosterizer'`,
    );
    expect(row).toEqual({ open: false });
  });
});
