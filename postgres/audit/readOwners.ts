import type { Client } from "pg";

import { lookupFunction } from "../pooler/userLookup";
import { readSql } from "../readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** An object that should belong to the owner. */
export interface FoundOwner {
  /** `table public.sites` */
  object: string;
  /** As ALTER takes it: `materialized view`. */
  kind: string;
  /** Quoted, with a function's arguments. */
  name: string;
  owner: string;
  alterable: boolean;
}

/** Reads the catalog. The function that the pooler asks is looked after by itself: it has an owner of its own. */
export async function readOwners(client: Client, audit: Audit): Promise<FoundOwner[]> {
  const { roles, schemas } = ours(audit);
  const exempt = audit.lookup === undefined ? [] : [lookupFunction];
  const sql = readSql(__dirname, "owners");
  return (await client.query<FoundOwner>(sql, [audit.owner, roles, schemas, exempt])).rows;
}
