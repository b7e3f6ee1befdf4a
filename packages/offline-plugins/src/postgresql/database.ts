import { escapeIdentifier, escapeLiteral } from "pg";

import type { ResourceSchema, State } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs } from "./actAs";
import { alterDatabase } from "./alterDatabase";
import { readDatabase } from "./readDatabase";
import type { ServerSession } from "./serverSession";

export const databaseSchema = {
  name: { kind: "string", autonamed: true },
  owner: { kind: "string", computed: true },
  template: { kind: "string", computed: true, replaces: true },
  encoding: { kind: "string", computed: true, replaces: true },
  lcCollate: { kind: "string", computed: true, replaces: true },
  lcCtype: { kind: "string", computed: true, replaces: true },
  tablespaceName: { kind: "string", computed: true },
  connectionLimit: { kind: "number", default: -1, minimum: -1 },
  allowConnections: { kind: "boolean", default: true },
  isTemplate: { kind: "boolean", computed: true },
  alterObjectOwnership: { kind: "boolean", default: false },
} as const satisfies ResourceSchema;

type DatabaseState = State<typeof databaseSchema>;

/** `postgresql.Database`. Deleting it drops the database with all that is in it, whoever is connected. */
export const database = resourceType<ServerSession, typeof databaseSchema>({
  token: "postgresql:index/database:Database",
  schema: databaseSchema,
  describe: (show) => `database ${show("name")}`,

  create: async (session, planned) => {
    const statement = createStatement(planned, session.configuration.username);
    await session.command(async (client) => {
      const owners = planned.owner === null ? [] : [planned.owner];
      await actAs(client, owners, async () => {
        await client.query(statement);
      });
    });
    return found(planned.name, await readDatabase(session, planned.name, planned));
  },

  read: readDatabase,

  update: async (session, old, planned) => {
    await alterDatabase(session, old, planned);
    return found(planned.name, await readDatabase(session, planned.name, planned));
  },

  delete: async (session, old) => {
    const name = escapeIdentifier(old.name);
    await session.command(async (client) => {
      await actAs(client, old.owner === null ? [] : [old.owner], async () => {
        // PostgreSQL drops no template.
        if (old.isTemplate === true) await client.query(`alter database ${name} is_template false`);
        await client.query(`drop database ${name} with (force)`);
      });
    });
  },
});

/** As the official plugin: from template0, in UTF8, unless the program says otherwise. */
function createStatement(planned: DatabaseState, user: string): string {
  const name = (value: string | null, fallback: string) =>
    value?.toUpperCase() === "DEFAULT" ? "default" : escapeIdentifier(value ?? fallback);
  const text = (value: string) =>
    value.toUpperCase() === "DEFAULT" ? "default" : escapeLiteral(value);
  return [
    `create database ${escapeIdentifier(planned.name)}`,
    `owner ${escapeIdentifier(planned.owner ?? user)}`,
    `template ${name(planned.template, "template0")}`,
    `encoding ${text(planned.encoding ?? "UTF8")}`,
    ...(planned.lcCollate === null ? [] : [`lc_collate ${text(planned.lcCollate)}`]),
    ...(planned.lcCtype === null ? [] : [`lc_ctype ${text(planned.lcCtype)}`]),
    ...(planned.tablespaceName === null
      ? []
      : [`tablespace ${name(planned.tablespaceName, "pg_default")}`]),
    `allow_connections ${planned.allowConnections}`,
    `connection limit ${planned.connectionLimit}`,
    `is_template ${planned.isTemplate ?? false}`,
  ].join(" ");
}

function found(name: string, live: LiveObject<typeof databaseSchema> | undefined) {
  if (live === undefined)
    throw new Error(`database "${name}" was dropped while it was being changed`);
  return live;
}
