import { type Client, DatabaseError } from "pg";

import { withClient } from "../../connection/connection";
import { UserError } from "../../userError";
import { advanceSequences, noteLargest } from "./advanceSequences";
import { type CustomerHead, readCustomerRecords, type Row } from "./customerFile";
import { countOfCustomer, nameOf, setTextForm } from "./customerTables";
import { type CustomerTarget, fittingTables, type WrittenTable } from "./customerTarget";
import { requireWritten } from "./requireWritten";
import { type CustomerCount, lengthOf, type OnRows } from "./dumpCustomer";
import { explain, ofRows } from "./refusedRow";
import { columnsOf, valuesOf } from "./takenKey";

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
    tables: readonly WrittenTable[];
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
      await requireWritten(client, {
        file,
        table,
        rows: next.rows,
        login: target.application.user,
      });
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
async function insert(client: Client, table: WrittenTable, rows: readonly Row[]): Promise<number> {
  const { quoted, primaryKey, tenant, insertable, readable } = table;
  const names = [...insertable];
  const texts = (of: string) =>
    [...readable].map((name) => `${of}.${name}::pg_catalog.text`).join(", ");
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
    tables: readonly WrittenTable[];
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
