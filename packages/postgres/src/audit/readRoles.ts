import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Audit } from "./audit";
import { ours } from "./ours";

/** A role of ours as pg_roles has it. */
export interface FoundRole {
  name: string;
  superuser: boolean;
  bypasses: boolean;
  creates_roles: boolean;
  creates_databases: boolean;
  replicates: boolean;
  login: boolean;
  inherits: boolean;
  /** -1: none. */
  connection_limit: number;
  valid_until: string | null;
  expired: boolean;
  /** Whoever looks is a superuser. */
  by_superuser: boolean;
}

/** Reads the catalog. Roles that do not exist are left out. */
export async function readRoles(client: Client, audit: Audit): Promise<FoundRole[]> {
  return (await client.query<FoundRole>(readSql(__dirname, "roles"), [ours(audit).roles])).rows;
}
