import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** One direct membership that a role of ours has part in. */
export interface FoundMembership {
  role: string;
  member: string;
  admin_option: boolean;
  /** The member is whoever looks: the role that deploys. */
  deploys: boolean;
}

/** Reads the catalog. */
export async function readMemberships(client: Client, audit: Audit): Promise<FoundMembership[]> {
  const sql = readSql(__dirname, "memberships");
  return (await client.query<FoundMembership>(sql, [ours(audit).roles])).rows;
}
