import { type Client, DatabaseError } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import type { TenantTable } from "../../rowLevelSecurity/tenancy";
import { UserError } from "../../userError";
import { advanceSequences } from "./advanceSequences";
import { type CustomerHead, readCustomerRecords, type Row } from "./customerFile";
import {
  countOfCustomer,
  type CustomerTable,
  nameOf,
  readCustomerTables,
  setTextForm,
} from "./customerTables";
import { appliedMigrations, type CustomerCount, lengthOf, type OnRows } from "./dumpCustomer";
import { columnsOf, readTakenKey, taken, valuesOf } from "./takenKey";

/** Where a customer is loaded. */
export interface CustomerTarget {
  tenantTables: readonly TenantTable[];
  /** Login of the application: it may write what row-level security lets the customer write. */
  application: Connection;
  /** The session variables that make a session of it this customer's. */
  context: Readonly<Record<string, string>>;
  /** Login that policies show every row. */
  reader: Connection;
  /** Login that is a member of the owner. */
  migrator: Connection;
  owner: string;
}

/** What was loaded of a table. */
export interface LoadedCount extends CustomerCount {
  /** How many of the rows the database had already. */
  present: number;
}

/**
 * Loads the dump of a customer that the database does not have, in one transaction. Rows of tables of no tenant, such as users, are
 * left as they are if the database has the same ones.
 *
 * The file may be anybody's, so the rows are written as the application would write them: the server refuses rows of other customers.
 *
 * @throws UserError if something in the file does not fit: then nothing is changed, but numbers of sequences may be left out
 */
export async function loadCustomer(
  file: string,
  head: CustomerHead,
  target: CustomerTarget,
  { onRows, signal }: { onRows: OnRows; signal: AbortSignal },
): Promise<LoadedCount[]> {
  // To its end, so that a damaged file is found out before anything is written.
  const records = readCustomerRecords(file, head);
  while (!(await records.next()).done) signal.throwIfAborted();
  const tables = await fittingTables(file, head, target);
  return withClient(target.application, "restore", async (client) => {
    const cut = () => void client.end();
    signal.addEventListener("abort", cut, { once: true });
    let counts: LoadedCount[];
    try {
      counts = await load(client, { file, head, tables, target, onRows });
      signal.throwIfAborted();
    } finally {
      signal.removeEventListener("abort", cut);
    }
    await commit(client, head);
    return counts;
  });
}

/** The tables of a dump in the database, in the dump's order. @throws UserError if the customer cannot be loaded */
async function fittingTables(
  file: string,
  head: CustomerHead,
  { reader, application, tenantTables }: CustomerTarget,
): Promise<CustomerTable[]> {
  return withClient(reader, "restore", async (client) => {
    const tables = await readCustomerTables(client, tenantTables);
    requireVersion(file, head, await appliedMigrations(client));
    requireTables(file, head, tables);
    for (const table of tables) {
      const { rows } = await client.query<{ count: string; writable: boolean }>(
        `select (${countOfCustomer(table, tables, head.customer)}) as count,
                pg_catalog.has_table_privilege($1::pg_catalog.name, $2::pg_catalog.text, 'INSERT') as writable`,
        [application.user, table.quoted],
      );
      if (table.tenant !== null && rows[0]?.count !== "0") {
        throw new UserError(
          `${nameOf(table)} has rows of customer ${head.customer} already.`,
          "A customer is loaded only where it does not exist. Nothing was changed.",
        );
      }
      if (!rows[0]?.writable) {
        throw new UserError(
          `${application.user} may not write ${nameOf(table)}, and customers are loaded with its rights.`,
          "Nothing was changed.",
        );
      }
    }
    return head.tables.flatMap((wanted) =>
      tables.filter((table) => nameOf(table) === nameOf(wanted)),
    );
  });
}

function requireVersion(
  file: string,
  { migrations }: CustomerHead,
  applied: CustomerHead["migrations"],
): void {
  const last = (list: CustomerHead["migrations"]) => list.at(-1)?.name ?? "none";
  const names = (list: CustomerHead["migrations"]) => String(list.map(({ name }) => name));
  if (names(migrations) !== names(applied)) {
    throw new UserError(
      `${file} is of another schema version: its last migration is ${last(migrations)}, and here it is ${last(applied)}.`,
      "Bring both databases to the same version, then dump again. Nothing was changed.",
    );
  }
  const other = migrations.find(({ sha256 }, index) => {
    const here = applied[index]?.sha256 ?? null;
    return sha256 !== null && here !== null && sha256 !== here;
  });
  if (other === undefined) return;
  throw new UserError(
    `${file} is of another schema: the migration ${other.name} had other statements there than here.`,
    "Bring both databases to the same schema, then dump again. Nothing was changed.",
  );
}

function requireTables(file: string, head: CustomerHead, tables: readonly CustomerTable[]): void {
  const here = new Map(
    tables.map((table) => [nameOf(table), table.columns.map(({ name }) => name)]),
  );
  const there = new Map(head.tables.map((table) => [nameOf(table), table.columns]));
  const faults = [...new Set([...here.keys(), ...there.keys()])].flatMap((name) => {
    const [own, dumped] = [here.get(name), there.get(name)];
    if (own === undefined) return [`${name} is not a table of customers here`];
    if (dumped === undefined) return [`${name} is not in the file`];
    return [
      ...dumped
        .filter((column) => !own.includes(column))
        .map((column) => `${name} has no column ${column} here`),
      ...own
        .filter((column) => !dumped.includes(column))
        .map((column) => `${name} has no column ${column} in the file`),
      ...(String(own) === String(dumped) || own.length !== dumped.length
        ? []
        : [`${name} has its columns in another order`]),
    ];
  });
  if (faults.length === 0) return;
  throw new UserError(
    `${file} does not fit the tables:\n${faults.map((fault) => `  ${fault}`).join("\n")}`,
    "`npm run drift` shows whether a table was changed by hand. Nothing was changed.",
  );
}

/** Characters of text, and rows, that are written at once. */
const portion = { length: 1_000_000, rows: 1_000 };

async function load(
  client: Client,
  {
    file,
    head,
    tables,
    target,
    onRows,
  }: {
    file: string;
    head: CustomerHead;
    tables: readonly CustomerTable[];
    target: CustomerTarget;
    onRows: OnRows;
  },
): Promise<LoadedCount[]> {
  const counts = tables.map((table) => ({ table: nameOf(table), rows: 0, present: 0 }));
  const largest = new Map<string, bigint>();
  let written: Portion | undefined;
  try {
    await client.query("begin");
    await setTextForm(client);
    for (const [name, value] of Object.entries(target.context))
      await client.query("select pg_catalog.set_config($1, $2, true)", [name, value]);
    // Those that can wait, for tables that refer to each other.
    await client.query("set constraints all deferred");
    for await (const next of portionsOf(file, head)) {
      written = next;
      const [table, count] = [tables[next.table], counts[next.table]];
      if (table === undefined || count === undefined) continue;
      onRows(nameOf(table), count.rows);
      count.present += next.rows.length - (await insert(client, table, next.rows));
      count.rows += next.rows.length;
      noteLargest(table, next.rows, largest);
    }
    written = undefined;
    await client.query("set constraints all immediate");
    await requireCounts(client, { file, head, tables, counts });
    await advanceSequences(target.migrator, target.owner, largest);
  } catch (error) {
    // The transaction must not keep waiting what is asked next.
    await client.query("rollback").catch(() => undefined);
    const table = written === undefined ? undefined : tables[written.table];
    throw await explain(error, { file, table, rows: written?.rows ?? [], target, head });
  }
  return counts;
}

/** Rows of one table. */
interface Portion {
  table: number;
  rows: Row[];
}

async function* portionsOf(file: string, head: CustomerHead): AsyncGenerator<Portion> {
  let present: Portion = { table: 0, rows: [] };
  let length = 0;
  for await (const record of readCustomerRecords(file, head)) {
    if ("counts" in record) continue;
    const isFull = length >= portion.length || present.rows.length >= portion.rows;
    if (record.table !== present.table || isFull) {
      if (present.rows.length > 0) yield present;
      present = { table: record.table, rows: [] };
      length = 0;
    }
    present.rows.push(record.row);
    length += lengthOf([record.row]);
  }
  if (present.rows.length > 0) yield present;
}

/** @returns how many rows are new */
async function insert(client: Client, table: CustomerTable, rows: readonly Row[]): Promise<number> {
  const { quoted, columns, primaryKey, tenant } = table;
  const names = columns.map((column) => column.quoted);
  const texts = (of: string) => names.map((name) => `${of}.${name}::pg_catalog.text`).join(", ");
  const sameKey = primaryKey.map((name) => `t.${name} = n.${name}`).join(" and ");
  const { rowCount } = await client.query(
    `insert into ${quoted} (${names.join(", ")}) overriding system value
     select ${names.map((name) => `n.${name}`).join(", ")} from (${valuesOf(table)}) as n
     ${
       tenant !== null || primaryKey.length === 0
         ? ""
         : `where not exists (
              select from ${quoted} as t where ${sameKey} and row(${texts("t")}) is not distinct from row(${texts("n")}))`
     }`,
    columnsOf(table, rows),
  );
  return rowCount ?? 0;
}

/** The largest value of a sequence that a file may use, as a part of all that the sequence has. */
const share = 2n;

function noteLargest(
  { columns, schema, table }: CustomerTable,
  rows: readonly Row[],
  largest: Map<string, bigint>,
): void {
  for (const [index, { name, sequence, sequenceEnd }] of columns.entries()) {
    if (sequence === null || sequenceEnd === null) continue;
    const limit = BigInt(sequenceEnd) / share;
    for (const row of rows) {
      const text = row[index];
      // Such a column may be a text with a number in it.
      if (text == null || !/^-?\d+$/.test(text)) continue;
      const value = BigInt(text);
      if (value > limit) {
        throw new UserError(
          `${name} = ${text} of ${schema}.${table} would use up the sequence ${sequence}.`,
          "The file is not one that a dump has written. Nothing was changed.",
        );
      }
      if (value > (largest.get(sequence) ?? 0n)) largest.set(sequence, value);
    }
  }
}

/** Whether the database has exactly the rows of the file, and whether the customer's rows refer to all others. */
async function requireCounts(
  client: Client,
  {
    file,
    head,
    tables,
    counts,
  }: {
    file: string;
    head: CustomerHead;
    tables: readonly CustomerTable[];
    counts: readonly CustomerCount[];
  },
): Promise<void> {
  for (const [index, table] of tables.entries()) {
    const { rows } = await client.query<{ count: string }>(
      countOfCustomer(table, tables, head.customer),
    );
    const [found, expected] = [Number(rows[0]?.count), counts[index]?.rows];
    if (found === expected) continue;
    throw new UserError(
      table.tenant === null
        ? `${file} has ${expected} rows of ${nameOf(table)}, and customer ${head.customer} refers to ${found}.`
        : `${file} has ${expected} rows of ${nameOf(table)}, and the database shows customer ${head.customer} ${found} of them.`,
      "The file is not one that a dump has written. Nothing was changed.",
    );
  }
}

/** Classes of SQLSTATE that say something about a row: data exception, integrity constraint violation. */
const ofRows = /^2[23]/;
/** insufficient_privilege: here that of a policy, because privileges were looked at before. */
const refused = "42501";

/** What went wrong, for the user, where it is the file. https://www.postgresql.org/docs/15/errcodes-appendix.html */
async function explain(
  error: unknown,
  {
    file,
    table,
    rows,
    target,
    head,
  }: {
    file: string;
    table: CustomerTable | undefined;
    rows: readonly Row[];
    target: CustomerTarget;
    head: CustomerHead;
  },
): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error;
  const { code = "", message, detail } = error;
  const unchanged = "Nothing was changed.";
  if (code === refused && table !== undefined) {
    return new UserError(
      `${file} has rows of ${nameOf(table)} that are not customer ${head.customer}'s: row-level security refuses them.`,
      `The file is not one that a dump has written. ${unchanged}`,
      { cause: error },
    );
  }
  if (code === taken && table !== undefined) {
    const key = await readTakenKey(error, table, rows, target.reader);
    return new UserError(
      key === undefined
        ? `${file} has two rows of ${nameOf(table)} with the same key ${String(error.constraint)}.`
        : `${nameOf(table)} has another row with ${key}.`,
      key === undefined ? unchanged : `Two rows cannot have the same key. ${unchanged}`,
      { cause: error },
    );
  }
  if (!ofRows.test(code)) return error;
  const where = table === undefined ? (error.table ?? "a table") : nameOf(table);
  return new UserError(
    `${file} has a row of ${where} that the database refuses: ${[message, detail].filter(Boolean).join(". ")}.`,
    unchanged,
    { cause: error },
  );
}

async function commit(client: Client, { customer }: CustomerHead): Promise<void> {
  try {
    await client.query("commit");
  } catch (error) {
    if (error instanceof DatabaseError && ofRows.test(error.code ?? "")) throw error;
    throw new UserError(
      "The connection was lost while the last step was confirmed.",
      `Load the file again: if customer ${customer} exists, everything was loaded.`,
      { cause: error },
    );
  }
}
