import { expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { planRequirements, type RecordedObject } from "../../../src/rowLevelSecurity/requirements";
import type { TableSecurity } from "../../../src/rowLevelSecurity/tenantTables";

const declared = [{ schema: "public", table: "Sites", column: "customer_id" }];
const right: TableSecurity = {
  schema: "public",
  table: "Sites",
  column: "customer_id",
  quoted_table: 'public."Sites"',
  quoted_column: "customer_id",
  column_type: "bigint",
  level: 0,
  ordinal: 1,
  owner: "owner",
  is_ours: true,
  enabled: true,
  forced: true,
  not_null: true,
  indexed: true,
  refers: true,
  is_key: false,
  policies: [],
};
const lines = (lacks: Partial<TableSecurity>, record: readonly RecordedObject[] = []) =>
  planRequirements(declared, [{ ...right, ...lacks }], record).map(renderDifference);

const table = { table: 'public."Sites"' };
const column = (facts: RecordedObject["facts"]): RecordedObject => ({
  kind: "column",
  identity: 'public."Sites".customer_id',
  facts: { ...table, ...facts },
});
const constraint = (type: string, definition: string): RecordedObject => ({
  kind: "constraint",
  identity: `c on public."Sites"`,
  facts: { ...table, type, definition },
});
const index = (definition: string): RecordedObject => ({
  kind: "index",
  identity: "public.i",
  facts: { ...table, definition: `CREATE INDEX i ON public."Sites" USING ${definition}` },
});

test("accepts a column that is NOT NULL, indexed and part of a foreign key or the primary key", () => {
  expect(lines({})).toEqual([]);
  expect(lines({ refers: false, is_key: true })).toEqual([]);
});

test.each<[lacks: Partial<TableSecurity>, inRecord: RecordedObject]>([
  [{ not_null: false }, column({ "not null": "NOT NULL" })],
  [{ column_type: null }, column({ type: "bigint" })],
  [{ column_type: "numeric" }, column({ type: "bigint" })],
  [{ indexed: false }, index("btree (customer_id)")],
  [{ indexed: false }, index("btree (customer_id DESC, created_at)")],
  [{ indexed: false }, constraint("UNIQUE", "UNIQUE (customer_id, name)")],
  [{ refers: false }, constraint("FOREIGN KEY", "FOREIGN KEY (site, customer_id) REFERENCES x(a)")],
  [{ refers: false }, constraint("PRIMARY KEY", "PRIMARY KEY (customer_id)")],
])("leaves what the record contains to the schema's drift: %o", (lacks, inRecord) => {
  expect(lines(lacks)).toHaveLength(1);
  expect(lines(lacks, [inRecord])).toEqual([]);
});

test.each<[lacks: Partial<TableSecurity>, inRecord: RecordedObject]>([
  [{ not_null: false }, column({ "not null": null })],
  [{ column_type: "numeric" }, column({ type: "numeric" })],
  [{ indexed: false }, index("btree (created_at, customer_id)")],
  [{ indexed: false }, index("btree (customer_id) WHERE (deleted_at IS NULL)")],
  [{ indexed: false }, index("brin (customer_id)")],
  [{ refers: false }, constraint("FOREIGN KEY", "FOREIGN KEY (site) REFERENCES x(customer_id)")],
  [{ refers: false }, constraint("UNIQUE", "UNIQUE (customer_id)")],
])("does not accept something that only looks like it: %o", (lacks, inRecord) => {
  expect(lines(lacks, [inRecord])).toHaveLength(1);
});

test("names the tenants' own table in the foreign key to write", () => {
  const customers = { ...right, quoted_table: "public.customers", quoted_column: "id" };
  const found = [
    { ...right, refers: false },
    { ...customers, ordinal: 2, is_key: true },
  ];
  const [line] = planRequirements([...declared, ...declared], found, []).map(renderDifference);
  expect(line).toMatch(
    /alter table public\."Sites" add foreign key \(customer_id\) references public\.customers \(id\) \(up refuses\)$/,
  );
});

test("says that a declared table is missing, unless the record has it", () => {
  const recorded: RecordedObject = { kind: "table", identity: 'public."Sites"', facts: {} };
  expect(planRequirements(declared, [], [recorded])).toEqual([]);
  expect(planRequirements(declared, [], [])).toMatchObject([{ kind: "tenant table missing" }]);
});
