import { type Client, escapeIdentifier } from "pg";

/** A database or a role that was opened. */
export interface Opened {
  kind: "database" | "role";
  name: string;
  /** What had closed it, as SQL has it. */
  was: string;
}

/**
 * Lets the sessions that check a recovered server log in, where nothing else can reach it: what an operator has closed before the damage, to
 * stop writes, is closed in the backup, too.
 *
 * @param client of a superuser, in another database than the one that is opened: that one may allow no connection
 * @param roles those that log in for the checks; what does not exist is left out
 * @returns what was closed
 */
export async function openToChecks(
  client: Client,
  database: string,
  roles: readonly string[],
): Promise<Opened[]> {
  const { rows: databases } = await client.query<Closed>(
    `select datname::text as name, datallowconn as "isOpen", datconnlimit as "limit"
       from pg_catalog.pg_database
      where datname operator(pg_catalog.=) $1::pg_catalog.name and (not datallowconn or datconnlimit >= 0)`,
    [database],
  );
  for (const { name } of databases) {
    await client.query(
      `alter database ${escapeIdentifier(name)} allow_connections true connection limit -1`,
    );
  }
  const { rows: closed } = await client.query<Closed>(
    `select rolname::text as name, rolcanlogin as "isOpen", rolconnlimit as "limit"
       from pg_catalog.pg_roles
      where rolname operator(pg_catalog.=) any ($1::pg_catalog.name[]) and (not rolcanlogin or rolconnlimit >= 0)
      order by rolname`,
    [roles],
  );
  for (const { name } of closed)
    await client.query(`alter role ${escapeIdentifier(name)} login connection limit -1`);
  return [
    ...databases.map((each) => opened("database", each, "ALLOW_CONNECTIONS false")),
    ...closed.map((each) => opened("role", each, "NOLOGIN")),
  ];
}

interface Closed {
  name: string;
  isOpen: boolean;
  /** -1: no limit. */
  limit: number;
}

function opened(kind: Opened["kind"], { name, isOpen, limit }: Closed, closed: string): Opened {
  const words = [...(isOpen ? [] : [closed]), ...(limit < 0 ? [] : [`CONNECTION LIMIT ${limit}`])];
  return { kind, name, was: words.join(", ") };
}
