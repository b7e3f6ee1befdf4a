import type { Client } from "pg";

import { type Connection, withClient } from "../../connection/connection";
import { readLedger } from "../../migrations/ledger";
import type { TenantTable } from "../../rowLevelSecurity/tenancy";
import { UserError } from "../../userError";
import { readHiddenTables, refuseHidden } from "../hiddenRows";
import { writeNewFile } from "../newFile";
import {
  type CustomerHead,
  type CustomerRecord,
  type Row,
  writeCustomerFile,
} from "./customerFile";
import {
  type CustomerTable,
  nameOf,
  readCustomerTables,
  rowsOfCustomer,
  setTextForm,
} from "./customerTables";

/** Receives how many rows of a table have been written or loaded so far. */
export type OnRows = (table: string, rows: number) => void;

/** How many rows of a customer a table has. */
export interface CustomerCount {
  table: string;
  rows: number;
}

/**
 * Writes one customer's rows of all tenant tables into a file, with the rows of other tables that they refer to, all as one snapshot
 * sees them. The file appears under its name when it is complete.
 *
 * @param connection of a login that policies show every row
 * @param customer a bigint
 * @param signal ends it, and leaves no file
 * @throws UserError if there is no such customer, or if policies hide rows
 */
export async function dumpCustomer(
  connection: Connection,
  file: string,
  { customer, tenantTables }: { customer: string; tenantTables: readonly TenantTable[] },
  { onRows, signal }: { onRows: OnRows; signal: AbortSignal },
): Promise<CustomerCount[]> {
  return withClient(connection, "dump", async (client) => {
    // A query that waits would keep the session open.
    const cut = () => void client.end();
    signal.addEventListener("abort", cut, { once: true });
    try {
      const tables = await beginSnapshot(client, tenantTables);
      refuseHidden(await readHiddenTables(client), connection.user);
      await setTextForm(client);
      const head = { customer, ...(await headOf(client, tables)) };
      const counts = tables.map(() => 0);
      const records = recordsOf(client, { customer, tables, counts, onRows });
      await writeNewFile(file, (unfinished) =>
        writeCustomerFile(unfinished, head, records, signal),
      );
      return tables.map((table, index) => ({ table: nameOf(table), rows: counts[index] ?? 0 }));
    } finally {
      signal.removeEventListener("abort", cut);
    }
  });
}

/** How often the tables are read again because a migration has changed them in the meantime. */
const attempts = 5;

/**
 * Begins a transaction whose snapshot shows the tables as they are. They are locked first: a table that is rewritten after the
 * snapshot was taken would look empty in it.
 */
async function beginSnapshot(
  client: Client,
  tenantTables: readonly TenantTable[],
): Promise<CustomerTable[]> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await readCustomerTables(client, tenantTables);
    await client.query("begin isolation level repeatable read read only");
    for (const { quoted } of before)
      await client.query(`lock table ${quoted} in access share mode`);
    const tables = await readCustomerTables(client, tenantTables);
    if (JSON.stringify(tables) === JSON.stringify(before)) return tables;
    await client.query("rollback");
  }
  throw new UserError(
    "The tables keep changing: a migration runs.",
    "Wait until it is done, then dump again.",
  );
}

async function headOf(
  client: Client,
  tables: readonly CustomerTable[],
): Promise<Omit<CustomerHead, "customer">> {
  return {
    migrations: await appliedMigrations(client),
    tables: tables.map(({ schema, table, columns }) => ({
      ...{ schema, table },
      columns: columns.map(({ name }) => name),
    })),
  };
}

/** The applied migrations with what a dump compares of them. */
export async function appliedMigrations(client: Client): Promise<CustomerHead["migrations"]> {
  const ledger = await readLedger(client);
  return ledger.map(({ name, upTokensSha256 }) => ({ name, sha256: upTokensSha256 }));
}

/** Characters of text that are read at once, more or less, and the most rows. */
const portion = { length: 1_000_000, rows: 1_000 };

/** The rows of every table, then how many there are. @param counts is filled */
async function* recordsOf(
  client: Client,
  {
    customer,
    tables,
    counts,
    onRows,
  }: { customer: string; tables: readonly CustomerTable[]; counts: number[]; onRows: OnRows },
): AsyncGenerator<CustomerRecord> {
  let ofCustomer = 0;
  for (const [number, table] of tables.entries()) {
    await client.query(
      `declare customer_rows no scroll cursor for ${rowsOfCustomer(table, tables, customer)}`,
    );
    let count = 0;
    let size = 10;
    for (;;) {
      onRows(nameOf(table), count);
      const { rows } = await client.query<(string | null)[]>({
        text: `fetch ${size} from customer_rows`,
        rowMode: "array",
      });
      if (rows.length === 0) break;
      for (const row of rows) yield { table: number, row };
      count += rows.length;
      const fitting = Math.floor((rows.length * portion.length) / lengthOf(rows));
      size = Math.max(1, Math.min(portion.rows, 2 * size, fitting));
    }
    await client.query("close customer_rows");
    counts[number] = count;
    if (table.tenant !== null) ofCustomer += count;
  }
  if (ofCustomer === 0) {
    throw new UserError(
      `There is no customer ${customer}: no tenant table has a row of it.`,
      "Name another customer.",
    );
  }
  yield { counts };
}

/** Characters of rows; at least 1. */
export function lengthOf(rows: readonly Row[]): number {
  return rows.reduce(
    (sum, row) => row.reduce((length, value) => length + (value?.length ?? 4), sum),
    1,
  );
}
