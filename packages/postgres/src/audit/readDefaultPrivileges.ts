import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** One privilege on objects to come that nobody declared. Names are quoted. */
export interface FoundDefaultPrivilege {
  /** The role whose later objects are meant. */
  creator: string;
  /** Null: all schemas. */
  schema: string | null;
  objects: "tables" | "sequences" | "functions" | "types" | "schemas";
  grantee: string;
  privilege: string;
  /** The privilege itself is declared; its grant option is not. */
  allowed: boolean;
  /** One of our roles makes them, or they will be in our schemas. */
  ours: boolean;
  revocable: boolean;
}

/** Reads the catalog. */
export async function readDefaultPrivileges(
  client: Client,
  audit: Audit,
): Promise<FoundDefaultPrivilege[]> {
  const { roles, schemas, grants } = ours(audit);
  const sql = readSql(__dirname, "defaultPrivileges");
  const values = [audit.owner, roles, schemas, grants];
  return (await client.query<FoundDefaultPrivilege>(sql, values)).rows;
}
