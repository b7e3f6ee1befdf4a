import { escapeIdentifier, escapeLiteral, type PoolClient } from "pg";

import type { PropertyMap } from "../protocol/propertyValue";
import type { State } from "../protocol/resourceSchema";
import { type Fault, type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs, type ServerSession } from "./serverSession";
import { isStoredForm, readRole, requireSuperuser, roleSchema, storedPassword } from "./readRole";

type LiveRole = LiveObject<typeof roleSchema>;

/** `postgresql.Role`: a role, its attributes, its settings, and the full list of roles that it is a member of. */
export const role = resourceType<ServerSession, typeof roleSchema>({
  token: "postgresql:index/role:Role",
  schema: roleSchema,
  describe: (show) => `role ${show("name")}`,
  faults: roleFaults,

  create: async (session, planned) => {
    const name = escapeIdentifier(planned.name);
    await session.change(async (client) => {
      // Checked first: a failure after the creation would leave a role that no state contains.
      if (planned.login && session.configuration.superuser) await requireSuperuser(session, client);
      await client.query(`create role ${name} with ${roleAttributes(planned).join(" ")}`);
      await convergeMemberships(client, planned.name, planned.roles ?? []);
      for (const setting of roleSettings(undefined, planned))
        await client.query(`alter role ${name} ${setting}`);
    });
    return existing(planned.name, await readRole(session, planned.name, planned));
  },

  read: readRole,

  update: async (session, old, planned) => {
    await session.change((client) => alterRole(client, old, planned));
    return existing(planned.name, await readRole(session, planned.name, planned));
  },

  /** Reassigns the role's objects in the provider's database to the provider's user. In other databases the role must own nothing. */
  delete: async (session, old) => {
    const name = escapeIdentifier(old.name);
    await session.change(async (client) => {
      if (!old.skipReassignOwned) {
        await actAs(client, [old.name], async () => {
          await client.query(`reassign owned by ${name} to current_user`);
          await client.query(`drop owned by ${name}`);
        });
      }
      if (!old.skipDropRole) await client.query(`drop role ${name}`);
    });
  },
});

function existing(name: string, live: LiveRole | undefined): LiveRole {
  if (live === undefined) throw new Error(`role "${name}" was dropped while it was being changed`);
  return live;
}

/** Finds inputs of a role that PostgreSQL or this plugin does not support. */
export function roleFaults({ password, encryptedPassword }: PropertyMap): Fault[] {
  const faults: Fault[] = [];
  if (encryptedPassword === false) {
    faults.push({
      property: "encryptedPassword",
      reason:
        '"encryptedPassword": false is impossible: PostgreSQL 10 and later store no clear-text passwords',
    });
  }
  if (typeof password === "string" && !isStoredForm(password) && !/^[\x20-\x7e]*$/.test(password)) {
    faults.push({
      property: "password",
      reason:
        '"password" contains characters other than printable ASCII; the offline plugin accepts such a password only as a SCRAM-SHA-256 verifier',
    });
  }
  return faults;
}

type RoleState = State<typeof roleSchema>;

/** Changes what differs between an existing role and the plan, including its name. */
async function alterRole(client: PoolClient, old: RoleState, planned: RoleState): Promise<void> {
  const name = escapeIdentifier(planned.name);
  if (planned.name !== old.name)
    await client.query(`alter role ${escapeIdentifier(old.name)} rename to ${name}`);
  const attributes = roleAttributes(planned, old);
  if (attributes.length > 0) await client.query(`alter role ${name} with ${attributes.join(" ")}`);
  await convergeMemberships(client, planned.name, planned.roles ?? []);
  for (const setting of roleSettings(old, planned))
    await client.query(`alter role ${name} ${setting}`);
}

/**
 * The options of CREATE ROLE and ALTER ROLE that give a role its planned attributes.
 *
 * @param old the present state. Equal attributes are omitted, because only a superuser may mention some of them.
 */
function roleAttributes(planned: RoleState, old?: RoleState): string[] {
  const options: string[] = [];
  for (const name of Object.keys(switches) as Switch[]) {
    if (planned[name] !== old?.[name]) options.push(switches[name][planned[name] ? "on" : "off"]);
  }
  if (planned.connectionLimit !== old?.connectionLimit)
    options.push(`connection limit ${planned.connectionLimit}`);
  if (planned.validUntil !== old?.validUntil)
    options.push(`valid until ${escapeLiteral(planned.validUntil)}`);
  // PostgreSQL clears an MD5 password when its role is renamed.
  if (planned.password !== (old?.password ?? null) || (old && planned.name !== old.name))
    options.push(passwordOption(planned.password));
  return options;
}

type Switch =
  | "superuser"
  | "createDatabase"
  | "createRole"
  | "inherit"
  | "login"
  | "replication"
  | "bypassRowLevelSecurity";

const switches: Record<Switch, { on: string; off: string }> = {
  superuser: { on: "superuser", off: "nosuperuser" },
  createDatabase: { on: "createdb", off: "nocreatedb" },
  createRole: { on: "createrole", off: "nocreaterole" },
  inherit: { on: "inherit", off: "noinherit" },
  login: { on: "login", off: "nologin" },
  replication: { on: "replication", off: "noreplication" },
  bypassRowLevelSecurity: { on: "bypassrls", off: "nobypassrls" },
};

function passwordOption(password: string | null): string {
  const stored = storedPassword(password);
  return stored === null ? "password null" : `password ${escapeLiteral(stored)}`;
}

/** The clauses of `alter role …` that give a role its planned settings. Settings that are right need none. */
function roleSettings(old: RoleState | undefined, planned: RoleState): string[] {
  const settings: string[] = [];
  const path = planned.searchPaths ?? [];
  if (path.join("\0") !== (old?.searchPaths ?? []).join("\0")) {
    settings.push(
      path.length === 0
        ? "reset search_path"
        : `set search_path to ${path.map(escapeIdentifier).join(", ")}`,
    );
  }
  setNumber("statement_timeout", old?.statementTimeout, planned.statementTimeout);
  setNumber(
    "idle_in_transaction_session_timeout",
    old?.idleInTransactionSessionTimeout,
    planned.idleInTransactionSessionTimeout,
  );
  const assumed = planned.assumeRole ?? "";
  if (assumed !== (old?.assumeRole ?? ""))
    settings.push(assumed === "" ? "reset role" : `set role to ${escapeIdentifier(assumed)}`);
  return settings;

  function setNumber(name: string, before: number | null | undefined, after: number | null) {
    if ((before ?? 0) === (after ?? 0)) return;
    settings.push((after ?? 0) === 0 ? `reset ${name}` : `set ${name} to ${after ?? 0}`);
  }
}

/** Leaves `member` in exactly the `wanted` roles. Existing memberships in them are not touched. */
async function convergeMemberships(
  client: PoolClient,
  member: string,
  wanted: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(memberships, [member]);
  const present = rows.map(({ name }) => name);
  const quoted = escapeIdentifier(member);
  for (const name of present.filter((each) => !wanted.includes(each)))
    await client.query(`revoke ${escapeIdentifier(name)} from ${quoted}`);
  for (const name of wanted.filter((each) => !present.includes(each)))
    await client.query(`grant ${escapeIdentifier(name)} to ${quoted}`);
}

/** The roles that `$1` is a direct member of. */
const memberships = `
  select pg_catalog.pg_get_userbyid(m.roleid) as name
    from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles r on r.oid = m.member
   where r.rolname = $1`;
