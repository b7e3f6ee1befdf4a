import type { Client } from "pg";

import { ledgerObjects, ledgerTable } from "../migrations/ledger";
import { lookupObjects, lookupSchema } from "../pooler/userLookup";
import { readSql } from "../sql/readSql";
import { contextObjects, contextSchema } from "../rowLevelSecurity/contextFunctions";
import { signingKeysObjects } from "../rowLevelSecurity/signingKeys";

/** An object among the program's own that the program has not made. */
export interface ProgramObject {
  /** In the words of pg_identify_object: `table column`. */
  kind: string;
  /** Quoted, with its schema; with the table it is on, where it is on one. */
  name: string;
  /** A constraint's table and its own name, quoted. */
  table: string | null;
  constraint: string | null;
  /** Whether whoever looks may drop it. */
  droppable: boolean;
  /** What would go with it. */
  dependents: string[] | null;
}

/** Reads the catalog. */
export async function readProgramObjects(client: Client): Promise<ProgramObject[]> {
  const sql = readSql(__dirname, "programObjects");
  const schemas = [contextSchema, ledgerTable.schema, lookupSchema];
  const own = [...contextObjects, ...ledgerObjects, ...lookupObjects, ...signingKeysObjects];
  return (await client.query<ProgramObject>(sql, [schemas, own])).rows;
}
