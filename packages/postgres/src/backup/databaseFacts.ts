import { type Connection, withClient } from "../connection/connection";
import { readSql } from "../sql/readSql";
import { UserError } from "../userError";

export interface DatabaseFacts {
  encoding: string;
  collate: string;
  ctype: string;
  provider: string;
  icuLocale: string | null;
  privileges: { grantee: string | null; privilege: string }[];
}

/** What a database is made with, and who may do what with it. @param connection of any login. @throws UserError if it does not exist */
export async function readDatabaseFacts(
  connection: Connection,
  like: string,
): Promise<DatabaseFacts> {
  const [facts] = await withClient(connection, "restore", async (client) => {
    const { rows } = await client.query<DatabaseFacts>(readSql(__dirname, "databaseFacts"), [like]);
    return rows;
  });
  if (facts !== undefined) return facts;
  throw new UserError(
    `The database ${like} does not exist.`,
    "Run the update first: it makes the roles and an empty database, which a dump can then replace.",
  );
}
