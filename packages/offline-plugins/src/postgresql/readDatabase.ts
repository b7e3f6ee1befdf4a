import type { Observed } from "../protocol/resourceSchema";
import type { LiveObject } from "../protocol/resourceType";
import type { databaseSchema } from "./database";
import type { ServerSession } from "./serverSession";

interface DatabaseRow {
  owner: string;
  encoding: string;
  lc_collate: string;
  lc_ctype: string;
  tablespace_name: string;
  connection_limit: number;
  allow_connections: boolean;
  is_template: boolean;
}

const query = `
  select pg_catalog.pg_get_userbyid(d.datdba) as owner,
         pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
         d.datcollate as lc_collate,
         d.datctype as lc_ctype,
         t.spcname as tablespace_name,
         d.datconnlimit as connection_limit,
         d.datallowconn as allow_connections,
         d.datistemplate as is_template
    from pg_catalog.pg_database d
    join pg_catalog.pg_tablespace t on t.oid = d.dattablespace
   where d.datname = $1`;

/** A database as the server has it. Which template it came from, the server does not know. */
export async function readDatabase(
  session: ServerSession,
  name: string,
  prior: Observed<typeof databaseSchema>,
): Promise<LiveObject<typeof databaseSchema> | undefined> {
  const { rows } = await session.read((client) => client.query<DatabaseRow>(query, [name]));
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    id: name,
    state: {
      name,
      owner: row.owner,
      template: prior.template ?? "template0",
      encoding: row.encoding,
      lcCollate: row.lc_collate,
      lcCtype: row.lc_ctype,
      tablespaceName: row.tablespace_name,
      connectionLimit: row.connection_limit,
      allowConnections: row.allow_connections,
      isTemplate: row.is_template,
      alterObjectOwnership: prior.alterObjectOwnership ?? false,
    },
  };
}
