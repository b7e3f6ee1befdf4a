import type { GrantDeclaration } from "../access/declarations";
import { type Connection, withClient } from "../connection/connection";
import { convergeWith } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { inSnapshot } from "../connection/inSnapshot";
import type { TenantTable } from "../rowLevelSecurity/tenancy";
import { withSession } from "../connection/withSession";
import { planMissingPrivileges } from "./planMissingPrivileges";
import { readMissingPrivileges } from "./readMissingPrivileges";

/** What a role that row-level security binds may do with the tables of a schema. */
export interface TablePrivileges {
  /** Owns the tables, and grants. */
  owner: string;
  grant: GrantDeclaration & { on: "tables" };
  /** What is under them is reached through them alone. */
  tenantTables: readonly TenantTable[];
}

/** What the role lacks in the live database. Changes nothing. */
export async function readTablePrivilegesDrift(
  connection: Connection,
  wanted: TablePrivileges,
): Promise<Finding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, async (client) =>
      planMissingPrivileges(await readMissingPrivileges(client, wantedOf(wanted))),
    ),
  );
}

/**
 * Grants what the role lacks, in one transaction: a table with some of its privileges is met by no session.
 *
 * What it has and nobody declared is the audit's to take away, on partitions too.
 */
export async function applyTablePrivileges(
  connection: Connection,
  wanted: TablePrivileges,
): Promise<void> {
  await withClient(connection, "table-privileges", (client) =>
    convergeWith(client, wanted, async () =>
      planMissingPrivileges(await readMissingPrivileges(client, wantedOf(wanted))),
    ),
  );
}

function wantedOf({ owner, grant, tenantTables: tables }: TablePrivileges) {
  return { owner, grants: [grant], tenancy: { tables, backupRoles: [] } };
}
