import type { Client } from "pg";

import { readSql } from "../sql/readSql";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import type { Audit } from "./audit";
import { markBound } from "./boundGrants";
import { readClosedTables } from "./readClosedTables";

/** Declared privileges that one role lacks on one object. Names are quoted. */
export interface MissingPrivileges {
  /** Objects that the owner makes later will lack them. */
  later: boolean;
  /** `view public.totals` */
  object: string;
  /** What grants them: `grant`, or ALTER DEFAULT PRIVILEGES up to that word. */
  command: string;
  /** As GRANT names it: `table public.totals`. */
  target: string;
  grantee: string;
  privileges: string[];
  grantable: boolean;
}

/** What is declared, as far as it tells what may be missing. */
export interface DeclaredPrivileges extends Pick<Audit, "owner" | "grants"> {
  tenancy: Pick<Tenancy, "tables" | "backupRoles">;
}

/** Reads the catalog. Roles and schemas that are not there lack nothing yet. */
export async function readMissingPrivileges(
  client: Client,
  { owner, grants, tenancy }: DeclaredPrivileges,
): Promise<MissingPrivileges[]> {
  const closed = await readClosedTables(client, tenancy.tables);
  const values = [owner, JSON.stringify(markBound(grants, tenancy)), closed];
  return (await client.query<MissingPrivileges>(readSql(__dirname, "missingPrivileges"), values))
    .rows;
}
