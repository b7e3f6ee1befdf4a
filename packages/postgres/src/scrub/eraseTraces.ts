import { type Client, escapeIdentifier, escapeLiteral } from "pg";

import { type Connection, withClient } from "../connection/connection";
import { UserError } from "../userError";

/** What was removed, because no rule can say what it contains. */
export interface ErasedTraces {
  /** Other databases of the server. */
  databases: readonly string[];
  largeObjects: number;
}

/**
 * Removes what has values of rows and is no table: other databases, large objects, prepared transactions and the planner's statistics. In a
 * superuser's session, which touches the catalog alone.
 *
 * @param superuser to the database that is kept, on a server that no one else can reach
 * @throws UserError if a database of PostgreSQL's own has tables
 */
export async function eraseTraces(superuser: Connection): Promise<ErasedTraces> {
  const kept = ["template0", "template1", "postgres", superuser.database];
  for (const database of ["template1", "postgres"]) await requireEmpty({ ...superuser, database });
  return withClient(superuser, "scrub", async (client) => {
    await rollBackPrepared(client);
    const { rows } = await client.query<{ name: string }>(
      "select datname::pg_catalog.text as name from pg_catalog.pg_database where datname <> all ($1) order by 1",
      [kept],
    );
    const databases = rows.map(({ name }) => name);
    for (const name of databases) {
      await client.query(`alter database ${escapeIdentifier(name)} is_template false`);
      await client.query(`drop database ${escapeIdentifier(name)} with (force)`);
    }
    const unlinked = await client.query(
      "select pg_catalog.lo_unlink(oid) from pg_catalog.pg_largeobject_metadata",
    );
    // ANALYZE alone leaves the statistics of a table as they are if it finds no row.
    await client.query("delete from pg_catalog.pg_statistic");
    await client.query("delete from pg_catalog.pg_statistic_ext_data");
    return { databases, largeObjects: unlinked.rowCount ?? 0 };
  });
}

/** Removes the planner's statistics of a table. @param superuser to its database @param table its name in SQL, which need not exist */
export async function eraseStatistics(superuser: Connection, table: string): Promise<void> {
  await withClient(superuser, "scrub", (client) =>
    client.query(
      "delete from pg_catalog.pg_statistic where starelid = pg_catalog.to_regclass($1)",
      [table],
    ),
  );
}

async function requireEmpty(connection: Connection): Promise<void> {
  const { rows } = await withClient(connection, "scrub", (client) =>
    client.query<{ name: string }>(
      `select n.nspname || '.' || c.relname as name
         from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        union all
       select 'large object ' || oid from pg_catalog.pg_largeobject_metadata`,
    ),
  );
  if (rows.length === 0) return;
  throw new UserError(
    `--scrub: the database ${connection.database} has ${rows.map(({ name }) => name).join(", ")}, and no rule says what is in it.`,
    "Move it to the stack's own database, or remove it, and take a backup.",
  );
}

/** Their rows would be kept, and not be seen. */
async function rollBackPrepared(client: Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    "select gid as id from pg_catalog.pg_prepared_xacts where database = pg_catalog.current_database()",
  );
  for (const { id } of rows) await client.query(`rollback prepared ${escapeLiteral(id)}`);
}

/**
 * Writes catalogs again, so that no file has what was deleted from them.
 *
 * @param superuser to the database whose catalogs they are
 */
export async function rewriteCatalogs(
  superuser: Connection,
  catalogs: readonly string[],
): Promise<void> {
  await withClient(superuser, "scrub", async (client) => {
    for (const catalog of catalogs) await client.query(`vacuum full pg_catalog.${catalog}`);
  });
}

/** The catalogs that have values of rows. */
export const catalogsOfValues = [
  "pg_statistic",
  "pg_statistic_ext_data",
  "pg_largeobject",
  "pg_largeobject_metadata",
] as const;
