import { escapeIdentifier } from "pg";

import { withClient } from "../../connection/connection";
import { convergeWith } from "../../convergence/converge";
import type { SchemaFinding } from "../schemaFinding";
import type { Repairer } from "./repairSchema";

const relations: readonly string[] = ["table", "foreign table", "view", "materialized view"];

/**
 * Revokes everyone's privileges on tables and views that were added or renamed by hand, except the owner's and those of roles
 * that dump. No policy is declared for such a relation, so nobody may use it before somebody has decided about it.
 *
 * @param backupRoles Roles that read every row for dumps.
 * @returns the findings whose relation had privileges to revoke.
 */
export async function closeRelations(
  { connection, owner }: Repairer,
  findings: readonly SchemaFinding[],
  backupRoles: readonly string[],
): Promise<SchemaFinding[]> {
  const added = findings.filter(
    ({ change }) => change.change === "added" && relations.includes(change.kind),
  );
  if (added.length === 0) return [];
  return withClient(connection, "recorded schema", async (client) => {
    const closed: SchemaFinding[] = [];
    for (const finding of added) {
      const name = finding.change.identity;
      const revoked = await convergeWith(client, { owner }, async () => {
        const { rows } = await client.query<{ role: string | null }>(users, [name, backupRoles]);
        return rows.map(({ role }) => {
          const grantee = role === null ? "public" : escapeIdentifier(role);
          return { sql: `revoke all on table ${name} from ${grantee} cascade` };
        });
      });
      if (revoked.length > 0) closed.push(finding);
    }
    return closed;
  });
}

// Null: PUBLIC. A privilege on a column goes with those on its table.
const users = `
  select distinct r.rolname::text as role
    from pg_catalog.pg_class as c
   cross join lateral (
           select e.grantee from pg_catalog.aclexplode(c.relacl) as e
            union
           select e.grantee
             from pg_catalog.pg_attribute as a
            cross join lateral pg_catalog.aclexplode(a.attacl) as e
            where a.attrelid = c.oid
         ) as u
    left join pg_catalog.pg_roles as r on r.oid = u.grantee
   where c.oid = $1::pg_catalog.regclass
     and pg_catalog.pg_has_role(c.relowner, 'usage')
     and u.grantee <> c.relowner
     and coalesce(r.rolname::text, '') <> all ($2::text[])`;
