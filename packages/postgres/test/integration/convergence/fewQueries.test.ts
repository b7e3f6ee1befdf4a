import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterEach, expect, test, vi } from "vitest";

import { createDeclaredDatabase } from "./declaredDatabase";

const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of ended.splice(0)) await end();
});

/** The number of queries of each inspection, in a database with so many tables, each with an index and policies. */
async function queriesFor(tables: number) {
  const names = Array.from({ length: tables }, (_, index) => `table_${index}`);
  const directory = await mkdtemp(join(tmpdir(), "migrations-"));
  ended.push(() => rm(directory, { recursive: true }));
  const create = (name: string) =>
    `create table public.${name} (id bigint primary key, customer_id bigint not null references public.table_0);
     create index ${name}_idx on public.${name} (customer_id);`;
  await writeFile(join(directory, "000001_tables.up.sql"), names.map(create).join("\n"));
  await writeFile(join(directory, "000001_tables.down.sql"), "select 1;\n");
  const declared = names.map((table) => ({ schema: "public", table, column: "customer_id" }));
  const database = await createDeclaredDatabase(directory, 1, declared);
  ended.push(database.drop);

  const queries = vi.spyOn(Client.prototype, "query");
  const counts: Record<string, number> = {};
  for (const [area, look] of Object.entries(database.look)) {
    queries.mockClear();
    expect(await look()).toEqual([]);
    counts[area] = queries.mock.calls.length;
  }
  queries.mockRestore();
  return counts;
}

// The number varies: if other sessions write meanwhile, an extra query checks whether they changed the catalog.
test("an inspection of a hundred tables takes a few dozen queries, none per table", async () => {
  const counts = await queriesFor(100);

  for (const count of Object.values(counts)) expect(count).toBeLessThan(100);
});
