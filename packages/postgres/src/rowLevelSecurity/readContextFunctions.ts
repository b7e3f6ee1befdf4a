import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import { contextSchema } from "./contextFunctions";

/** A function without arguments of the context's schema, in the words of pg_proc. */
export interface FoundFunction {
  name: string;
  /** f function, p procedure. */
  kind: string;
  returns: string;
  /** Whether it returns a set. */
  set: boolean;
  body: string;
  language: string;
  /** i immutable, s stable, v volatile. */
  volatility: string;
  /** s safe, r restricted, u unsafe. */
  parallel: string;
  security_definer: boolean;
  leakproof: boolean;
  configuration: string[];
  owner: string;
  /** Who may execute it, its owner included, and whether they may let others. */
  executors: { role: string; grantable: boolean }[];
  /** Policies that call it. */
  callers: { schema: string; table: string; policy: string }[];
}

/** Reads the catalog. */
export async function readContextFunctions(client: Client): Promise<FoundFunction[]> {
  const sql = readSql(__dirname, "contextFunctions");
  return (await client.query<FoundFunction>(sql, [contextSchema])).rows;
}
