import { type Client, escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";
import { withSession } from "../connection/withSession";

/** As pg_db_role_setting keeps a path with nothing in it. */
const emptyPath = '""';

/**
 * How the login's sessions in a database differ from what they are to begin with: an empty `search_path`. A setting of the
 * role in the database outranks the owner's ALTER DATABASE, and only superusers and the role itself can change it.
 *
 * @param deployer The login that deploys, in another database: nothing that is set on this one reaches the session.
 * @returns none where there is no such database
 */
export function readDeployerSettings(deployer: Connection, database: string): Promise<Finding[]> {
  return withSession(deployer, (client) => plan(client, deployer, database));
}

/** Sets what differs. */
export async function applyDeployerSettings(deployer: Connection, database: string): Promise<void> {
  const as = { purpose: "deployer settings", owner: deployer.user };
  await converge(deployer, as, (client) => plan(client, deployer, database));
}

async function plan(client: Client, { user }: Connection, database: string): Promise<Finding[]> {
  const { rows } = await client.query<{ path: string | null }>(
    `select (
              select pg_catalog.substr(c.entry, pg_catalog.strpos(c.entry, '=') + 1)
                from pg_catalog.pg_db_role_setting as s
                join pg_catalog.pg_roles as r on r.oid = s.setrole
               cross join lateral pg_catalog.unnest(s.setconfig) as c (entry)
               where s.setdatabase = d.oid
                 and r.rolname = $2
                 and pg_catalog.split_part(c.entry, '=', 1) = 'search_path'
            ) as path
       from pg_catalog.pg_database as d
      where d.datname = $1`,
    [database, user],
  );
  const [found] = rows;
  if (found === undefined || found.path === emptyPath) return [];
  const names = [user, database].map((name) => escapeIdentifier(name));
  return [
    {
      kind: found.path === null ? "setting missing" : "setting value",
      object: `setting search_path of role ${user} in database ${database}`,
      expected: emptyPath,
      actual: found.path,
      repair: "automatic",
      reason: "its sessions must find nothing of the owner's by a name without a schema",
      sql: `alter role ${names.join(" in database ")} set search_path to ''`,
    },
  ];
}
