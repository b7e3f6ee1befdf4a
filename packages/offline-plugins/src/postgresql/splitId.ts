/** Reads the id `database.object` of something that lies in a database. The name of neither may then hold a dot. */
export function splitId(id: string, what: string): { database: string; name: string } {
  const [database = "", name = "", ...rest] = id.split(".");
  if (database === "" || name === "" || rest.length > 0)
    throw new Error(`the id "${id}" is not of the form database.${what}`);
  return { database, name };
}
