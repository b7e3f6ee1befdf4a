import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../../connection/connection";

/** Who has to be a member of whom, to get into which database. */
export interface OwnerMembership {
  deployRole: string;
  owner: string;
  database: string;
}

/**
 * Whether the deploy role is shut out of a database that is there: it is no member of its owner, as after a change of the deploy
 * role, or where somebody has revoked it. Everything that an update looks at is behind that.
 *
 * @param connection of the deploy role, to a database that is there
 */
export async function isShutOut(
  connection: Connection,
  { deployRole, owner, database }: OwnerMembership,
): Promise<boolean> {
  return withClient(connection, "owner's membership", async (client) => {
    const { rows } = await client.query(
      `select
         from pg_catalog.pg_database as d
         join pg_catalog.pg_roles as o on o.oid = d.datdba and o.rolname = $1
         join pg_catalog.pg_roles as r on r.rolname = $2
        where d.datname = $3
          and not pg_catalog.pg_has_role(r.oid, o.oid, 'member')`,
      [owner, deployRole, database],
    );
    return rows.length > 0;
  });
}

/** The statement that lets it in. CREATEROLE is enough for it in PostgreSQL 15. */
export function joinStatement({ owner, deployRole }: Omit<OwnerMembership, "database">): string {
  return `grant ${escapeIdentifier(owner)} to ${escapeIdentifier(deployRole)}`;
}

/** Makes the deploy role a member of the owner, as the update does later, where it can. */
export async function joinOwner(
  connection: Connection,
  membership: OwnerMembership,
): Promise<void> {
  await withClient(connection, "owner's membership", (client) =>
    client.query(joinStatement(membership)),
  );
}
