import type { Client } from "pg";

import type { GrantDeclaration } from "../access/declarations";
import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { convergeWith } from "../convergence/converge";
import { type Finding, repairIf } from "../convergence/difference";
import type { Tenancy, TenantTable } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";
import { type DeclaredAccess, isSubjectToRowSecurity, markBound } from "./declaredAccess";
import { readClosedRelations } from "./views";

export const missingPrivilegeKinds = ["privilege missing", "default privilege missing"] as const;

type MissingPrivilegeFinding = Finding<(typeof missingPrivilegeKinds)[number]>;

/** Declared privileges that one role lacks on one object. Names are quoted. */
interface MissingPrivileges {
  /** Default privileges: objects that the owner creates in the future will lack them. */
  later: boolean;
  /** `view public.totals` */
  object: string;
  /** The statement up to the privileges: `grant`, or ALTER DEFAULT PRIVILEGES … GRANT. */
  command: string;
  /** As GRANT names it: `table public.totals`. */
  target: string;
  grantee: string;
  privileges: string[];
  grantable: boolean;
}

/** The part of the declaration that decides what may be missing. */
interface DeclaredGrants extends Pick<DeclaredAccess, "owner" | "grants"> {
  tenancy: Pick<Tenancy, "tables" | "backupRoles">;
}

/** Declared privileges that are missing, except those that row-level security binds: TablePrivileges grants these. */
export async function inspectMissingPrivileges(
  client: Client,
  access: DeclaredAccess,
): Promise<MissingPrivilegeFinding[]> {
  const grants = access.grants.filter((grant) => !isSubjectToRowSecurity(grant, access.tenancy));
  return readMissingPrivileges(client, { ...access, grants });
}

/** One finding for each object and grantee. Roles and schemas that do not exist yet lack nothing. */
async function readMissingPrivileges(
  client: Client,
  { owner, grants, tenancy }: DeclaredGrants,
): Promise<MissingPrivilegeFinding[]> {
  const closed = await readClosedRelations(client, tenancy.tables);
  const values = [owner, JSON.stringify(markBound(grants, tenancy)), closed];
  const sql = readSql(__dirname, "missingPrivileges");
  const { rows } = await client.query<MissingPrivileges>(sql, values);
  return rows.map(({ later, object, command, target, grantee, privileges, grantable }) => {
    const list = privileges.join(", ");
    const grant = `${command} ${list} on ${target} to ${grantee}`;
    return {
      kind: later ? "default privilege missing" : "privilege missing",
      object,
      expected: `${list} to ${grantee}`,
      actual: `no ${list} to ${grantee}`,
      ...repairIf(grantable, grant, "its owner or a superuser"),
    };
  });
}

/** What a role that row-level security binds may do with the tables of a schema. */
export interface TablePrivileges {
  /** Role that owns the tables and grants the privileges. */
  owner: string;
  grant: GrantDeclaration & { on: "tables" };
  /** Their partitions and children get no privileges: roles reach those through the parent only. */
  tenantTables: readonly TenantTable[];
}

/** The declared privileges that the role lacks in the live database. Changes nothing. */
export async function readTablePrivilegesDrift(
  connection: Connection,
  wanted: TablePrivileges,
): Promise<Finding[]> {
  return withSession(connection, (session) =>
    inSnapshot(session, wanted.owner, (client) => readMissingPrivileges(client, grantsOf(wanted))),
  );
}

/**
 * Grants what the role lacks, in one transaction, so that no session sees a table with only some of its privileges.
 *
 * Revokes nothing: the audit revokes undeclared privileges, on partitions too.
 */
export async function applyTablePrivileges(
  connection: Connection,
  wanted: TablePrivileges,
): Promise<void> {
  await withClient(connection, "table-privileges", (session) =>
    convergeWith(session, wanted, (client) => readMissingPrivileges(client, grantsOf(wanted))),
  );
}

function grantsOf({ owner, grant, tenantTables: tables }: TablePrivileges): DeclaredGrants {
  return { owner, grants: [grant], tenancy: { tables, backupRoles: [] } };
}
