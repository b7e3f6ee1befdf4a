import type { Observed } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import { sortedStrings } from "../protocol/sortedSet";
import { readPassword } from "./readPassword";
import { readSettings } from "./readSettings";
import type { roleSchema } from "./roleSchema";
import type { ServerSession } from "./serverSession";

interface RoleRow {
  superuser: boolean;
  inherit: boolean;
  create_role: boolean;
  create_database: boolean;
  login: boolean;
  replication: boolean;
  bypass_row_level_security: boolean;
  connection_limit: number;
  valid_until: string;
  settings: string[] | null;
  roles: string[];
}

const query = `
  select r.rolsuper as superuser,
         r.rolinherit as inherit,
         r.rolcreaterole as create_role,
         r.rolcreatedb as create_database,
         r.rolcanlogin as login,
         r.rolreplication as replication,
         r.rolbypassrls as bypass_row_level_security,
         r.rolconnlimit as connection_limit,
         coalesce(r.rolvaliduntil::text, 'infinity') as valid_until,
         r.rolconfig as settings,
         array(select pg_catalog.pg_get_userbyid(m.roleid)::text
                 from pg_catalog.pg_auth_members m
                where m.member = r.oid) as roles
    from pg_catalog.pg_roles r
   where r.rolname = $1`;

/** A role as the server has it. What only the program knows is taken over from `prior`. */
export async function readRole(
  session: ServerSession,
  name: string,
  prior: Observed<typeof roleSchema>,
): Promise<LiveObject<typeof roleSchema> | undefined> {
  return session.read(async (client) => {
    const { rows } = await client.query<RoleRow>(query, [name]);
    const [row] = rows;
    if (row === undefined) return undefined;
    return {
      id: name,
      state: {
        name,
        superuser: row.superuser,
        inherit: row.inherit,
        createRole: row.create_role,
        createDatabase: row.create_database,
        login: row.login,
        replication: row.replication,
        bypassRowLevelSecurity: row.bypass_row_level_security,
        connectionLimit: row.connection_limit,
        validUntil: row.valid_until,
        roles: sortedStrings(row.roles),
        ...readSettings(row.settings ?? []),
        password: await readPassword(session, client, name, row.login, prior.password),
        encryptedPassword: true,
        skipDropRole: prior.skipDropRole ?? false,
        skipReassignOwned: prior.skipReassignOwned ?? false,
        encrypted: prior.encrypted,
        passwordWo: null,
        passwordWoVersion: prior.passwordWoVersion,
      },
    };
  });
}
