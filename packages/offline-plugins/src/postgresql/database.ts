import { escapeIdentifier, escapeLiteral } from "pg";

import type { Observed, ResourceSchema, State } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs, type ServerSession } from "./serverSession";

const databaseSchema = {
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

/** `postgresql.Database`. Deleting it drops the database with all its contents, and ends the sessions connected to it. */
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
    return existing(planned.name, await readDatabase(session, planned.name, planned));
  },

  read: readDatabase,

  update: async (session, old, planned) => {
    await alterDatabase(session, old, planned);
    return existing(planned.name, await readDatabase(session, planned.name, planned));
  },

  delete: async (session, old) => {
    const name = escapeIdentifier(old.name);
    await session.command(async (client) => {
      await actAs(client, old.owner === null ? [] : [old.owner], async () => {
        // PostgreSQL does not drop templates.
        if (old.isTemplate === true) await client.query(`alter database ${name} is_template false`);
        await client.query(`drop database ${name} with (force)`);
      });
    });
  },
});

/** Like the official plugin, uses template0 and UTF8 unless the program says otherwise. */
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

/** Changes what differs between an existing database and the plan. */
async function alterDatabase(
  session: ServerSession,
  old: DatabaseState,
  planned: DatabaseState,
): Promise<void> {
  const name = escapeIdentifier(planned.name);
  const newOwner = planned.owner !== null && planned.owner !== old.owner ? planned.owner : null;
  await session.command(async (client) => {
    const owners = [old.owner, newOwner].filter((owner) => owner !== null);
    await actAs(client, owners, async () => {
      if (planned.name !== old.name)
        await client.query(`alter database ${escapeIdentifier(old.name)} rename to ${name}`);
      if (newOwner !== null)
        await client.query(`alter database ${name} owner to ${escapeIdentifier(newOwner)}`);
      if (planned.tablespaceName !== null && planned.tablespaceName !== old.tablespaceName)
        await client.query(
          `alter database ${name} set tablespace ${escapeIdentifier(planned.tablespaceName)}`,
        );
      for (const option of changedOptions(old, planned))
        await client.query(`alter database ${name} ${option}`);
    });
  });
  if (planned.alterObjectOwnership && newOwner !== null && old.owner !== null)
    await reassign(session, planned.name, old.owner, newOwner);
}

function changedOptions(old: DatabaseState, planned: DatabaseState): string[] {
  const changed: string[] = [];
  if (planned.connectionLimit !== old.connectionLimit)
    changed.push(`connection limit ${planned.connectionLimit}`);
  if (planned.allowConnections !== old.allowConnections)
    changed.push(`allow_connections ${planned.allowConnections}`);
  if (planned.isTemplate !== null && planned.isTemplate !== old.isTemplate)
    changed.push(`is_template ${planned.isTemplate}`);
  return changed;
}

async function reassign(session: ServerSession, database: string, from: string, to: string) {
  await session.change(async (client) => {
    await actAs(client, [from, to], async () => {
      await client.query(`reassign owned by ${escapeIdentifier(from)} to ${escapeIdentifier(to)}`);
    });
  }, database);
}

function existing(name: string, live: LiveObject<typeof databaseSchema> | undefined) {
  if (live === undefined)
    throw new Error(`database "${name}" was dropped while it was being changed`);
  return live;
}

/** Reads a database. The server does not record its template, so that value comes from `prior`. */
async function readDatabase(
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
