import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Tenancy } from "./tenancy";

/** A table that looks like a tenant table, and why. */
export interface UndeclaredTable {
  schema: string;
  table: string;
  is_foreign: boolean;
  /** Its tenant's column, as far as its name or a foreign key tells. */
  column: string | null;
  /** The foreign key that gives it away, where no column's name does. */
  constraint: string | null;
  /** The declared table that the foreign key leads to. */
  target: string | null;
}

/** Reads the catalog. */
export async function readUndeclaredTables(
  client: Client,
  { tables, exemptTables = [] }: Tenancy,
): Promise<UndeclaredTable[]> {
  const values = [JSON.stringify(tables), JSON.stringify(exemptTables)];
  return (await client.query<UndeclaredTable>(readSql(__dirname, "undeclaredTables"), values)).rows;
}
