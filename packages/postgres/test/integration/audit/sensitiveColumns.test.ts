import { afterAll, beforeAll, expect, test } from "vitest";

import { tenancy as declared } from "../../../../../database/tenancy";
import { applyRowLevelSecurity } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { twoCustomers } from "../rowLevelSecurity/twoCustomers";
import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
beforeAll(async () => {
  database = await createAuditedDatabase();
  await database.run(twoCustomers);
});
afterAll(() => database.drop());

/** Everything that a column's new type makes PostgreSQL build again. */
const shape = `
  select pg_get_constraintdef(oid) || convalidated as of, conrelid::regclass::text || conname as name
    from pg_constraint where connamespace = 'public'::regnamespace
   union all
  select pg_get_indexdef(indexrelid) || indisvalid, indexrelid::regclass::text from pg_index
   union all
  select format_type(atttypid, atttypmod) || attnotnull, attrelid::regclass || '.' || attname from pg_attribute
   where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace) and attnum > 0
   order by 2, 1`;

const stored = `
  select c.oid::regclass || '.' || s.staattnum as of
    from pg_statistic as s
    join pg_attribute as a on a.attrelid = s.starelid and a.attnum = s.staattnum
    join pg_class as c on c.oid = s.starelid
   where a.attstattarget = 0 and c.relnamespace = 'public'::regnamespace`;

test("the owner discards what was collected of this project's columns, and nothing else changes", async () => {
  const before = await rowsOf(database.superuser, shape);
  for (const { schema, table, columns } of declared.sensitiveColumns ?? []) {
    for (const column of columns)
      await database.run(`alter table ${schema}.${table} alter ${column} set statistics -1`);
  }
  await database.run("analyze");
  const { owner, audit, session } = database;
  await applyRowLevelSecurity(session("hosterizer_migrator"), { tenancy: audit.tenancy, owner });

  expect(await rowsOf(database.superuser, stored)).toEqual([]);
  expect(await rowsOf(database.superuser, shape)).toEqual(before);
  expect(await database.lines()).toEqual([]);
});
