import { escapeIdentifier } from "pg";

import type { Observed, ResourceSchema, State } from "../protocol/resourceSchema";
import { type LiveObject, resourceType } from "../protocol/resourceType";
import type { ServerSession } from "./serverSession";

const schema = {
  role: { kind: "string", required: true, replaces: true },
  grantRole: { kind: "string", required: true, replaces: true },
  withAdminOption: { kind: "boolean", default: false, replaces: true },
} as const satisfies ResourceSchema;

/** `postgresql.GrantRole`: one membership. An existing membership is adopted. */
export const grantRole = resourceType<ServerSession, typeof schema>({
  token: "postgresql:index/grantRole:GrantRole",
  schema,
  describe: (show) => `the membership of ${show("role")} in ${show("grantRole")}`,

  create: async (session, planned) => {
    const option = planned.withAdminOption ? " with admin option" : "";
    await session.change(async (client) => {
      // Without this, an existing membership would keep its admin option.
      if (!planned.withAdminOption) await client.query(revoke(planned));
      await client.query(
        `grant ${escapeIdentifier(planned.grantRole)} to ${escapeIdentifier(planned.role)}${option}`,
      );
    });
    const live = await readMembership(session, "", planned);
    if (live === undefined) throw new Error("it was revoked during the update");
    return live;
  },

  read: readMembership,

  update: () => Promise.reject(new Error("a membership is replaced, never updated")),

  delete: async (session, old) => {
    await session.change(async (client) => {
      const { rows } = await client.query(query, [old.role, old.grantRole]);
      // If either role was dropped, the membership is already gone.
      if (rows.length > 0) await client.query(revoke(old));
    });
  },
});

function revoke({ role, grantRole: granted }: State<typeof schema>): string {
  return `revoke ${escapeIdentifier(granted)} from ${escapeIdentifier(role)}`;
}

async function readMembership(
  session: ServerSession,
  _id: string,
  { role, grantRole: granted }: Observed<typeof schema>,
): Promise<LiveObject<typeof schema> | undefined> {
  if (role === null || granted === null)
    throw new Error(
      "a GrantRole cannot be imported; declare it, and the next update adopts the existing membership",
    );
  const { rows } = await session.read((client) =>
    client.query<{ admin_option: boolean }>(query, [role, granted]),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    id: `${role}_${granted}_${String(row.admin_option)}`,
    state: { role, grantRole: granted, withAdminOption: row.admin_option },
  };
}

const query = `
  select m.admin_option
    from pg_catalog.pg_auth_members m
    join pg_catalog.pg_roles member on member.oid = m.member
    join pg_catalog.pg_roles granted on granted.oid = m.roleid
   where member.rolname = $1 and granted.rolname = $2`;
