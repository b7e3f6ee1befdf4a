import { type Client, escapeIdentifier } from "pg";

import type { Connection } from "../connection/connection";
import { withSession } from "../connection/withSession";
import { converge } from "../convergence/converge";
import type { Finding } from "../convergence/difference";

/** An empty search_path as pg_db_role_setting stores it. */
const emptyPath = '""';

/**
 * Whether the deploy role's sessions in a database start with anything but an empty `search_path`. A setting of the role in
 * the database overrides the owner's ALTER DATABASE, and only superusers and the role itself can change it.
 *
 * @param deployer The deploy role's login in another database, so that no setting of this database applies to the session.
 * @returns none where the database does not exist
 */
export function readDeployerSettings(deployer: Connection, database: string): Promise<Finding[]> {
  return withSession(deployer, (client) => plan(client, deployer, database));
}

/** Sets the empty `search_path` where it is missing. */
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
      reason: "its sessions must not find the owner's objects by unqualified names",
      sql: `alter role ${names.join(" in database ")} set search_path to ''`,
    },
  ];
}
