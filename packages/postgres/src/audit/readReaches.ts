import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";
import { serverOperators } from "./serverOperators";

/** Something of somebody else's that reaches into what is ours. */
export interface FoundReach {
  kind: "foreign key" | "publication" | "subscription" | "login";
  /** `publication everything` */
  object: string;
  found: string;
}

/** Reads the catalog. */
export async function readReaches(client: Client, audit: Audit): Promise<FoundReach[]> {
  const { roles, schemas, tables } = ours(audit);
  const values = [roles, schemas, tables, serverOperators];
  return (await client.query<FoundReach>(readSql(__dirname, "reaches"), values)).rows;
}
