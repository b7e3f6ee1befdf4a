import type { Client } from "pg";

import { readSql } from "../readSql";
import { contextSchema } from "./contextFunctions";

/** A function of the context's schema, in the words of pg_proc. */
export interface FoundFunction {
  name: string;
  arguments: string;
  returns: string;
  body: string;
  language: string;
  /** i immutable, s stable, v volatile. */
  volatility: string;
  /** s safe, r restricted, u unsafe. */
  parallel: string;
  security_definer: boolean;
  configuration: string[];
  owner: string;
  /** Roles beside the owner that may execute it. */
  executors: string[];
}

/** Reads the catalog. */
export async function readContextFunctions(client: Client): Promise<FoundFunction[]> {
  const sql = readSql(__dirname, "contextFunctions");
  return (await client.query<FoundFunction>(sql, [contextSchema])).rows;
}
