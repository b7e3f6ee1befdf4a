import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** A SECURITY DEFINER function whose search_path its caller chooses. */
export interface FoundDefiner {
  /** `function public.close_account(bigint)` */
  object: string;
  /** Quoted, with its arguments. */
  name: string;
  /** Quoted. */
  schema: string;
  /** Null: it has none. */
  search_path: string | null;
  owner: string;
  alterable: boolean;
}

/** Reads the catalog. */
export async function readDefiners(client: Client, audit: Audit): Promise<FoundDefiner[]> {
  const { roles, schemas } = ours(audit);
  return (await client.query<FoundDefiner>(readSql(__dirname, "definers"), [roles, schemas])).rows;
}
