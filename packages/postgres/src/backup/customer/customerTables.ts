import { type Client, escapeLiteral } from "pg";

import { readSql } from "../../sql/readSql";
import type { TenantTable } from "../../rowLevelSecurity/tenancy";
import { readTenantTables } from "../../rowLevelSecurity/tenantTables";

/** A column that is written; generated ones are computed again. */
interface CustomerColumn {
  name: string;
  /** As PostgreSQL writes it in a statement. */
  quoted: string;
  /** Without a modifier such as a length. */
  type: string;
  /** Name of the sequence that belongs to it; null: it has none. */
  sequence: string | null;
  /** The last number that it can give. */
  sequenceEnd: string | null;
}

/** A foreign key. Names are quoted. */
interface Reference {
  target: string;
  columns: readonly string[];
  targetColumns: readonly string[];
  /** Whether it can be checked at the end of a transaction. */
  deferrable: boolean;
}

/** A table with rows of a customer. */
export interface CustomerTable {
  schema: string;
  table: string;
  /** With its schema, as PostgreSQL writes it in a statement. */
  quoted: string;
  /** The tenant column, quoted; null: a table of no tenant, whose rows the customer's refer to. */
  tenant: string | null;
  partitioned: boolean;
  /** Its columns, quoted. */
  primaryKey: readonly string[];
  columns: readonly CustomerColumn[];
  references: readonly Reference[];
}

/**
 * The tables that make up a customer: the tenant tables, and those of no tenant that foreign keys lead to from there, such as the
 * users. A table comes after those that it refers to by foreign keys that are not deferrable, as far as these do not refer to it in turn.
 */
export async function readCustomerTables(
  client: Client,
  tenantTables: readonly TenantTable[],
): Promise<CustomerTable[]> {
  const members = await readTenantTables(client, tenantTables);
  const named = members.map(({ schema, table, column }) => ({ schema, table, column }));
  const sql = readSql(__dirname, "customerTables");
  const { rows } = await client.query<CustomerTable>(sql, [JSON.stringify(named)]);
  return referredFirst(rows);
}

function referredFirst(tables: readonly CustomerTable[]): CustomerTable[] {
  const sorted = new Set<CustomerTable>();
  const begun = new Set<CustomerTable>();
  const visit = (table: CustomerTable) => {
    if (begun.has(table)) return;
    begun.add(table);
    for (const { target, deferrable } of table.references) {
      const referred = tables.find(({ quoted }) => quoted === target && !deferrable);
      if (referred !== undefined) visit(referred);
    }
    sorted.add(table);
  };
  tables.forEach(visit);
  return [...sorted];
}

/**
 * Settings that decide how values look as text and are read again. Set them in a transaction before rows are read or written: a
 * database or a role may have others.
 */
const textForm = {
  datestyle: "ISO",
  intervalstyle: "postgres",
  timezone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmloption: "content",
};

/** Has values of this transaction look the same in every database. */
export async function setTextForm(client: Client): Promise<void> {
  for (const [name, value] of Object.entries(textForm))
    await client.query("select pg_catalog.set_config($1, $2, true)", [name, value]);
}

/** A name for messages. */
export function nameOf({ schema, table }: Pick<CustomerTable, "schema" | "table">): string {
  return `${schema}.${table}`;
}

/**
 * The query of a customer's rows of a table: every column as text, in the order of the primary key.
 *
 * @param customer a bigint
 */
export function rowsOfCustomer(
  table: CustomerTable,
  tables: readonly CustomerTable[],
  customer: string,
): string {
  const list = table.columns.map(({ quoted }) => `t.${quoted}::pg_catalog.text`).join(", ");
  const order = table.primaryKey.map((column) => `t.${column}`).join(", ");
  return `${selectOf(table, tables, customer, list)}${order === "" ? "" : ` order by ${order}`}`;
}

/** The query that counts them. */
export function countOfCustomer(
  table: CustomerTable,
  tables: readonly CustomerTable[],
  customer: string,
): string {
  return selectOf(table, tables, customer, "pg_catalog.count(*) as count");
}

function selectOf(
  table: CustomerTable,
  tables: readonly CustomerTable[],
  customer: string,
  list: string,
): string {
  if (table.tenant !== null) return `select ${list} from ${ownRows(table, customer)}`;
  const keys = keysOf(tables).filter(({ target }) => target === table.quoted);
  const conditions = keys.map(
    ({ id, targetColumns }) =>
      `(${targetColumns.map((column) => `t.${column}`).join(", ")}) in (
         select ${targetColumns.map((column, index) => castKey(table, column, index)).join(", ")} from referred as r where r.id = ${id})`,
  );
  return `with recursive ${referredKeys(tables, customer)}
    select ${list} from ${ownTable(table)} as t where ${conditions.join(" or ")}`;
}

/** The customer's rows of a tenant table, as `t`. */
function ownRows(table: CustomerTable, customer: string): string {
  return `${ownTable(table)} as t where t.${String(table.tenant)} = ${escapeLiteral(customer)}::pg_catalog.int8`;
}

/** A table with its partitions, but without other children: such a child of a tenant table is one of the tables itself. */
function ownTable({ quoted, partitioned }: CustomerTable): string {
  return partitioned ? quoted : `only ${quoted}`;
}

/** Columns of a table of no tenant that foreign keys refer to. */
interface ReferredKey {
  id: number;
  target: string;
  targetColumns: readonly string[];
}

function keysOf(tables: readonly CustomerTable[]): ReferredKey[] {
  const keys = new Map<string, Omit<ReferredKey, "id">>();
  for (const { references } of tables) {
    for (const { target, targetColumns } of references) {
      const isReferred = tables.some(({ quoted, tenant }) => quoted === target && tenant === null);
      if (isReferred) keys.set(JSON.stringify([target, targetColumns]), { target, targetColumns });
    }
  }
  return [...keys.values()].map((key, id) => ({ id, ...key }));
}

/**
 * The keys that a customer's rows refer to in tables of no tenant, and that the rows with these keys refer to in turn, as a
 * recursive query `referred (id, key)`: the number of the key and its values as text.
 */
function referredKeys(tables: readonly CustomerTable[], customer: string): string {
  const keys = keysOf(tables);
  const idOf = ({ target, targetColumns }: Reference) =>
    keys.find((key) => key.target === target && String(key.targetColumns) === String(targetColumns))
      ?.id;
  const selects = (table: CustomerTable, from: string) =>
    table.references.flatMap((reference) => {
      const id = idOf(reference);
      if (id === undefined) return [];
      const values = reference.columns.map((column) => `t.${column}::pg_catalog.text`).join(", ");
      const filled = reference.columns.map((column) => `t.${column} is not null`).join(" and ");
      return [`select ${id}, array[${values}] from ${from} and ${filled}`];
    });
  const first = tables.flatMap((table) =>
    table.tenant === null ? [] : selects(table, ownRows(table, customer)),
  );
  const next = tables.flatMap((table) =>
    keys
      .filter(({ target }) => target === table.quoted)
      .flatMap(({ id, targetColumns }) => {
        const match = targetColumns.map(
          (column, index) => `t.${column} = ${castKey(table, column, index)}`,
        );
        return selects(
          table,
          `${ownTable(table)} as t where r.id = ${id} and ${match.join(" and ")}`,
        );
      }),
  );
  const further =
    next.length === 0
      ? ""
      : ` union select n.id, n.key from referred as r cross join lateral (${next.join(" union all ")}) as n (id, key)`;
  return `referred (id, key) as ((${first.join(" union ")})${further})`;
}

function castKey({ columns }: CustomerTable, column: string, index: number): string {
  const type = columns.find(({ quoted }) => quoted === column)?.type ?? "pg_catalog.text";
  return `r.key[${index + 1}]::${type}`;
}
