import type { Client } from "pg";

import type { GrantDeclaration, TableGrant, TablePrivilege } from "../access/declarations";
import { type Connection, withClient } from "../connection/connection";
import { inSnapshot } from "../connection/inSnapshot";
import { withSession } from "../connection/withSession";
import { convergeWith } from "../convergence/converge";
import { type Finding, repairIf } from "../convergence/difference";
import type { Tenancy } from "../rowLevelSecurity/tenancy";
import { readSql } from "../sql/readSql";
import {
  type DeclaredAccess,
  type GuardedTable,
  guardedTables,
  isSubjectToRowSecurity,
  queriedGrants,
} from "./declaredAccess";
import { requireNamedTables } from "./tableGrants";
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
  /** `UPDATE`, or `UPDATE (full_name, locked_until)`. */
  privileges: string[];
  grantable: boolean;
}

/** The part of the declaration that decides what may be missing. */
interface DeclaredGrants extends Pick<DeclaredAccess, "owner" | "grants"> {
  tenancy: Pick<Tenancy, "backupRoles">;
  guarded: readonly GuardedTable[];
}

/** Declared privileges that are missing, except those that row-level security binds: TablePrivileges grants these. */
export async function inspectMissingPrivileges(
  client: Client,
  access: DeclaredAccess,
): Promise<MissingPrivilegeFinding[]> {
  const { owner, tenancy } = access;
  const guarded = guardedTables(access.grants, tenancy.tables);
  const grants = access.grants.filter((grant) => !isSubjectToRowSecurity(grant, tenancy));
  return readMissingPrivileges(client, { owner, tenancy, grants, guarded });
}

/** One finding for each object and grantee. Roles and schemas that do not exist yet lack nothing. */
async function readMissingPrivileges(
  client: Client,
  { owner, grants, tenancy, guarded }: DeclaredGrants,
): Promise<MissingPrivilegeFinding[]> {
  const { closed, named } = await readClosedRelations(client, guarded);
  const values = [owner, JSON.stringify(queriedGrants(grants, tenancy)), closed, named];
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
  role: string;
  schema: string;
  /** On all tables but those that a grant names. */
  privileges: readonly TablePrivilege[];
  /** Its grants that name a table of the schema. */
  tables: readonly Pick<TableGrant, "table" | "privileges">[];
  /** Their partitions and children get no privileges, and views of them only if a grant names the view. */
  guarded: readonly GuardedTable[];
}

/** What `TablePrivileges` are declared: for each role that row-level security binds, one for each schema. */
export function boundPrivileges(
  grants: readonly GrantDeclaration[],
  tenancy: Pick<Tenancy, "tables" | "backupRoles">,
): Omit<TablePrivileges, "owner">[] {
  const guarded = guardedTables(grants, tenancy.tables);
  const found = new Map<string, Omit<TablePrivileges, "owner">>();
  for (const grant of grants) {
    if (grant.on !== "tables" && grant.on !== "table") continue;
    if (!isSubjectToRowSecurity(grant, tenancy)) continue;
    const { role, schema } = grant;
    const key = JSON.stringify([role, schema]);
    const its = found.get(key) ?? { role, schema, privileges: [], tables: [], guarded };
    found.set(
      key,
      grant.on === "tables"
        ? { ...its, privileges: grant.privileges }
        : { ...its, tables: [...its.tables, { table: grant.table, privileges: grant.privileges }] },
    );
  }
  return [...found.values()];
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
 *
 * @throws DeclarationErrors if a grant names a table or column that does not exist
 */
export async function applyTablePrivileges(
  connection: Connection,
  wanted: TablePrivileges,
): Promise<void> {
  const declared = grantsOf(wanted);
  await withClient(connection, "table-privileges", (session) =>
    convergeWith(session, wanted, async (client) => {
      await requireNamedTables(client, declared.grants, declared.guarded);
      return readMissingPrivileges(client, declared);
    }),
  );
}

function grantsOf({ owner, role, schema, privileges, tables, guarded }: TablePrivileges) {
  const grants: GrantDeclaration[] = [
    { role, on: "tables", schema, privileges },
    ...tables.map((its) => ({ role, on: "table", schema, ...its }) as const),
  ];
  return { owner, grants, guarded, tenancy: { backupRoles: [] } };
}
