import type { Client } from "pg";

import { lookupFunction } from "../pooler/userLookup";
import { readSql } from "../sql/readSql";
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

/** Where objects are looked for that do not belong to the owner. */
export interface OwnersScope {
  owner: string;
  roles: readonly string[];
  schemas: readonly string[];
  /** Functions that others look after. */
  exempt?: readonly string[];
}

/** Reads the catalog. The function that the pooler asks is looked after by itself: it has an owner of its own. */
export function readOwners(client: Client, audit: Audit): Promise<FoundOwner[]> {
  const exempt = audit.lookup === undefined ? [] : [lookupFunction];
  return readOwnersIn(client, { owner: audit.owner, ...ours(audit), exempt });
}

/** The same for these schemas, and for what these roles own anywhere. Reads the catalog. */
export async function readOwnersIn(
  client: Client,
  { owner, roles, schemas, exempt = [] }: OwnersScope,
): Promise<FoundOwner[]> {
  const sql = readSql(__dirname, "owners");
  return (await client.query<FoundOwner>(sql, [owner, roles, schemas, exempt])).rows;
}
