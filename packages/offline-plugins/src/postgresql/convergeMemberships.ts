import { escapeIdentifier, type PoolClient } from "pg";

/** The roles that `$1` is a direct member of. */
const memberships = `
  select pg_catalog.pg_get_userbyid(m.roleid) as name
    from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles r on r.oid = m.member
   where r.rolname = $1`;

/** Leaves `member` in exactly the `wanted` roles: one that it is in already is not touched. */
export async function convergeMemberships(
  client: PoolClient,
  member: string,
  wanted: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(memberships, [member]);
  const present = rows.map(({ name }) => name);
  const quoted = escapeIdentifier(member);
  for (const name of present.filter((each) => !wanted.includes(each)))
    await client.query(`revoke ${escapeIdentifier(name)} from ${quoted}`);
  for (const name of wanted.filter((each) => !present.includes(each)))
    await client.query(`grant ${escapeIdentifier(name)} to ${quoted}`);
}
