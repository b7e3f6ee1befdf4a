import { escapeIdentifier, type PoolClient } from "pg";

import type { Observed, ResourceSchema } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs, type ServerSession } from "./serverSession";

const schema = {
  name: { kind: "string", autonamed: true },
  database: { kind: "string", computed: true, replaces: true },
  owner: { kind: "string", computed: true },
  ifNotExists: { kind: "boolean", default: true },
  dropCascade: { kind: "boolean", default: false },
  // Privileges on schemas are declared with `Grant`, which also revokes the others.
  policies: { kind: "set", computed: true, unserved: true, terraformName: "policy" },
} as const satisfies ResourceSchema;

/** `postgresql.Schema`. An existing schema is adopted unless `ifNotExists` is false. */
export const schemaResource = resourceType<ServerSession, typeof schema>({
  token: "postgresql:index/schema:Schema",
  schema,
  describe: (show) => `schema ${show("name")} of database ${show("database")}`,

  create: async (session, planned) => {
    const database = planned.database ?? session.configuration.database;
    const name = escapeIdentifier(planned.name);
    await session.change(async (client) => {
      const { rows } = await client.query(
        "select from pg_catalog.pg_namespace where nspname = $1",
        [planned.name],
      );
      const owner = planned.owner === null ? undefined : escapeIdentifier(planned.owner);
      const isThere = rows.length > 0 && planned.ifNotExists;
      await actAs(client, await ownerRoles(client, planned.owner), async () => {
        if (!isThere)
          await client.query(
            `create schema ${name}${owner === undefined ? "" : ` authorization ${owner}`}`,
          );
        else if (owner !== undefined) await client.query(`alter schema ${name} owner to ${owner}`);
      });
    }, database);
    return existing(await readSchema(session, "", { ...planned, database }));
  },

  read: readSchema,

  update: async (session, old, planned) => {
    const database = planned.database ?? session.configuration.database;
    await session.change(async (client) => {
      const name = escapeIdentifier(planned.name);
      const roles = [
        ...(await ownerRoles(client, planned.owner)),
        ...(old.owner ? [old.owner] : []),
      ];
      await actAs(client, roles, async () => {
        if (planned.name !== old.name)
          await client.query(`alter schema ${escapeIdentifier(old.name)} rename to ${name}`);
        if (planned.owner !== null && planned.owner !== old.owner)
          await client.query(`alter schema ${name} owner to ${escapeIdentifier(planned.owner)}`);
      });
    }, database);
    return existing(await readSchema(session, "", { ...planned, database }));
  },

  /** Fails while the schema is not empty, unless `dropCascade` is set. */
  delete: async (session, old) => {
    const mode = old.dropCascade ? "cascade" : "restrict";
    await session.change(async (client) => {
      await actAs(client, old.owner === null ? [] : [old.owner], async () => {
        await client.query(`drop schema if exists ${escapeIdentifier(old.name)} ${mode}`);
      });
    }, old.database ?? session.configuration.database);
  },
});

async function readSchema(
  session: ServerSession,
  id: string,
  prior: Observed<typeof schema>,
): Promise<LiveObject<typeof schema> | undefined> {
  const { database, name } = findWithin(session, id, prior, "schema");
  const result = await session.readWithin(database, (client) =>
    client.query<{ owner: string }>(
      "select pg_catalog.pg_get_userbyid(nspowner) as owner from pg_catalog.pg_namespace where nspname = $1",
      [name],
    ),
  );
  const row = result?.rows[0];
  if (row === undefined) return undefined;
  return {
    id: `${database}.${name}`,
    state: {
      name,
      database,
      owner: row.owner,
      ifNotExists: prior.ifNotExists,
      dropCascade: prior.dropCascade,
      policies: prior.policies ?? [],
    },
  };
}

/** The roles whose rights are needed to create a schema and to change its owner: the database's owner and the new owner. */
async function ownerRoles(client: PoolClient, owner: string | null): Promise<string[]> {
  const { rows } = await client.query<{ owner: string }>(
    `select pg_catalog.pg_get_userbyid(datdba) as owner
       from pg_catalog.pg_database where datname = pg_catalog.current_database()`,
  );
  return [...rows.map((row) => row.owner), ...(owner === null ? [] : [owner])];
}

/** What was read of an object after a change of it. */
export function existing<Live>(live: Live | undefined): Live {
  if (live === undefined) throw new Error("it was dropped while it was being changed");
  return live;
}

/** The name of an object within a database, and that database: as the state has them, or at an import as the id does. */
export function findWithin(
  session: ServerSession,
  id: string,
  prior: { database: string | null; name: string | null },
  what: string,
): { database: string; name: string } {
  if (prior.name === null) return splitId(id, what);
  return { database: prior.database ?? session.configuration.database, name: prior.name };
}

/** Splits the id `database.object`. Neither name may contain a dot. */
function splitId(id: string, what: string): { database: string; name: string } {
  const [database = "", name = "", ...rest] = id.split(".");
  if (database === "" || name === "" || rest.length > 0)
    throw new Error(`the id "${id}" does not have the form database.${what}`);
  return { database, name };
}
