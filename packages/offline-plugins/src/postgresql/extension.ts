import { escapeIdentifier } from "pg";

import type { Observed, ResourceSchema } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import type { ServerSession } from "./serverSession";
import { existing, findWithin } from "./schema";

const schema = {
  name: { kind: "string", autonamed: true, replaces: true },
  database: { kind: "string", computed: true, replaces: true },
  schema: { kind: "string", computed: true },
  version: { kind: "string", computed: true },
  createCascade: { kind: "boolean", default: false },
  dropCascade: { kind: "boolean", default: false },
} as const satisfies ResourceSchema;

/** `postgresql.Extension`. An existing extension is adopted. */
export const extension = resourceType<ServerSession, typeof schema>({
  token: "postgresql:index/extension:Extension",
  schema,
  describe: (show) => `extension ${show("name")} of database ${show("database")}`,

  create: async (session, planned) => {
    const database = planned.database ?? session.configuration.database;
    const options = [
      ...(planned.schema === null ? [] : [`schema ${escapeIdentifier(planned.schema)}`]),
      ...(planned.version === null ? [] : [`version ${escapeIdentifier(planned.version)}`]),
      ...(planned.createCascade ? ["cascade"] : []),
    ];
    await session.change(async (client) => {
      const name = escapeIdentifier(planned.name);
      // The session's search_path is empty. An extension without a schema goes into PostgreSQL's default one.
      if (planned.schema === null) await client.query("set local search_path = public");
      await client.query(`create extension if not exists ${name} ${options.join(" ")}`);
    }, database);
    return existing(await readExtension(session, "", { ...planned, database }));
  },

  read: readExtension,

  update: async (session, old, planned) => {
    const name = escapeIdentifier(planned.name);
    const database = planned.database ?? session.configuration.database;
    await session.change(async (client) => {
      if (planned.schema !== null && planned.schema !== old.schema)
        await client.query(
          `alter extension ${name} set schema ${escapeIdentifier(planned.schema)}`,
        );
      if (planned.version !== null && planned.version !== old.version)
        await client.query(
          `alter extension ${name} update to ${escapeIdentifier(planned.version)}`,
        );
    }, database);
    return existing(await readExtension(session, "", { ...planned, database }));
  },

  delete: async (session, old) => {
    const mode = old.dropCascade ? "cascade" : "restrict";
    await session.change(async (client) => {
      await client.query(`drop extension ${escapeIdentifier(old.name)} ${mode}`);
    }, old.database ?? session.configuration.database);
  },
});

async function readExtension(
  session: ServerSession,
  id: string,
  prior: Observed<typeof schema>,
): Promise<LiveObject<typeof schema> | undefined> {
  const { database, name } = findWithin(session, id, prior, "extension");
  const result = await session.readWithin(database, (client) =>
    client.query<{ schema: string; version: string }>(query, [name]),
  );
  const row = result?.rows[0];
  if (row === undefined) return undefined;
  const { createCascade, dropCascade } = prior;
  return {
    id: `${database}.${name}`,
    state: { name, database, ...row, createCascade, dropCascade },
  };
}

const query = `
  select n.nspname as schema, e.extversion as version
    from pg_catalog.pg_extension e
    join pg_catalog.pg_namespace n on n.oid = e.extnamespace
   where e.extname = $1`;
