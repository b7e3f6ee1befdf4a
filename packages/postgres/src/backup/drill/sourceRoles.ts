import type { Client } from "pg";

/** A role of a server, without its password. */
export interface SourceRole {
  name: string;
  inherit: boolean;
  bypassrls: boolean;
  memberOf: readonly string[];
}

/** The roles of a server that another one does not have by itself, the oldest first. */
export async function readSourceRoles(client: Client): Promise<SourceRole[]> {
  const { rows } = await client.query<SourceRole>(
    `select r.rolname::text as name, r.rolinherit as inherit, r.rolbypassrls as bypassrls,
            array(select g.rolname::text
                    from pg_catalog.pg_auth_members as m
                    join pg_catalog.pg_roles as g on g.oid operator(pg_catalog.=) m.roleid
                   where m.member operator(pg_catalog.=) r.oid) as "memberOf"
       from pg_catalog.pg_roles as r
      where r.rolname operator(pg_catalog.!~) '^pg_'
        and r.rolname operator(pg_catalog.<>) 'postgres'
      order by r.oid`,
  );
  return rows;
}

/**
 * The roles of PostgreSQL that reach nothing outside of the database. Others run programs, read and write files of the machine, or end
 * sessions of others. https://www.postgresql.org/docs/15/predefined-roles.html
 */
const harmless: ReadonlySet<string> = new Set([
  "pg_monitor",
  "pg_read_all_data",
  "pg_read_all_settings",
  "pg_read_all_stats",
  "pg_stat_scan_tables",
  "pg_write_all_data",
]);

/** Who belongs to what in a throwaway server. */
export interface Membership {
  group: string;
  member: string;
}

/**
 * The memberships that a throwaway server may have too. A provider calls its administrator `postgres`: in the throwaway server that
 * is the superuser, and what a dump runs would run as one, with the operator's account.
 */
export function harmlessMemberships(roles: readonly SourceRole[]): Membership[] {
  const made = new Set(roles.map(({ name }) => name));
  return roles.flatMap(({ name: member, memberOf }) =>
    memberOf
      .filter((group) => made.has(group) || harmless.has(group))
      .map((group) => ({ group, member })),
  );
}
