import type { Connection } from "../connection/connection";
import { withSession } from "../connection/withSession";

/**
 * Whether any table in these schemas has stored a row. Reads only the catalog: policies hide rows even from the owner.
 *
 * A table whose rows were deleted counts until VACUUM has truncated it.
 */
export function holdsRows(connection: Connection, schemas: readonly string[]): Promise<boolean> {
  return withSession(connection, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      `select exists (
                select from pg_catalog.pg_class as c
                  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                 where c.relkind = 'r'
                   and n.nspname = any ($1::pg_catalog.name[])
                   and pg_catalog.pg_relation_size(c.oid) > 0) as found`,
      [schemas],
    );
    return rows[0]?.found === true;
  });
}
