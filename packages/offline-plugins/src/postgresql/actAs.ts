import { escapeIdentifier, type PoolClient } from "pg";

interface Relation {
  name: string;
  /** The session's role by name: where a role is granted, PostgreSQL knows no CURRENT_USER. */
  session_role: string;
  /** The session's role need not become a member: it has the role's rights, or never can get them. */
  enough: boolean;
  /** The role is a member of the session's role. PostgreSQL allows no circle, so this has to pause. */
  reverse: boolean;
}

/** How the session's role stands to each of the roles `$1`. Roles that do not exist are left out. */
const relations = `
  select r.rolname as name,
         u.rolname as session_role,
         u.rolsuper or r.rolsuper
           or pg_catalog.pg_has_role(current_user, r.oid, 'usage')
           or exists (select from pg_catalog.pg_auth_members m
                       where m.roleid = r.oid and m.member = u.oid) as enough,
         exists (select from pg_catalog.pg_auth_members m
                  where m.roleid = u.oid and m.member = r.oid) as reverse
    from pg_catalog.pg_roles r
    cross join pg_catalog.pg_roles u
   where u.rolname = current_user and r.rolname = any ($1)`;

/**
 * Runs `run` with the rights of `roles`, which own what it changes.
 *
 * A deploy role that is no superuser becomes a member of them for so long, as the official plugin does. In a transaction
 * nobody else ever sees the membership.
 */
export async function actAs(
  client: PoolClient,
  roles: readonly string[],
  run: () => Promise<void>,
): Promise<void> {
  const { rows } = await client.query<Relation>(relations, [roles]);
  const borrowed = rows.filter(({ enough }) => !enough);
  for (const { name, session_role, reverse } of borrowed) {
    if (reverse) await client.query(membership("revoke", session_role, name));
    await client.query(membership("grant", name, session_role));
  }
  try {
    await run();
  } catch (error) {
    // A failed transaction undoes itself, and takes no statement more; outside of one nothing else would.
    await giveBack().catch(() => undefined);
    throw error;
  }
  await giveBack();

  async function giveBack(): Promise<void> {
    for (const { name, session_role, reverse } of borrowed) {
      await client.query(membership("revoke", name, session_role));
      if (reverse) await client.query(membership("grant", session_role, name));
    }
  }
}

function membership(verb: "grant" | "revoke", group: string, member: string): string {
  const preposition = verb === "grant" ? "to" : "from";
  return `${verb} ${escapeIdentifier(group)} ${preposition} ${escapeIdentifier(member)}`;
}
