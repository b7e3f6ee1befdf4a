import { type Client, escapeIdentifier } from "pg";

/**
 * Opens a recovered server to the sessions that check it, which nothing else can reach: what an operator has closed before the damage, to
 * stop writes, is closed in the backup, too.
 *
 * @param client of a superuser, in another database than the one that is opened: that one may allow no connection
 * @param roles those that log in for the checks; what does not exist is left out
 */
export async function openToChecks(
  client: Client,
  database: string,
  roles: readonly string[],
): Promise<void> {
  const { rows: databases } = await client.query<{ name: string }>(
    `select datname::text as name from pg_catalog.pg_database
      where datname = $1 and (not datallowconn or datconnlimit <> -1)`,
    [database],
  );
  for (const { name } of databases) {
    const opened = "allow_connections true connection limit -1";
    await client.query(`alter database ${escapeIdentifier(name)} ${opened}`);
  }
  const { rows: closed } = await client.query<{ name: string }>(
    "select rolname::text as name from pg_catalog.pg_roles where rolname = any ($1) and not rolcanlogin",
    [roles],
  );
  for (const { name } of closed) await client.query(`alter role ${escapeIdentifier(name)} login`);
}
