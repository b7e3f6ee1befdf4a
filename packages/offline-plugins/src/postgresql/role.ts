import { escapeIdentifier } from "pg";

import { type LiveObject, resourceType } from "../protocol/resourceType";
import { actAs } from "./actAs";
import { alterRole } from "./alterRole";
import { convergeMemberships } from "./convergeMemberships";
import { readRole } from "./readRole";
import { requireSuperuser } from "./requireSuperuser";
import { roleAttributes } from "./roleAttributes";
import { roleFaults } from "./roleFaults";
import { roleSchema } from "./roleSchema";
import { roleSettings } from "./roleSettings";
import type { ServerSession } from "./serverSession";

type LiveRole = LiveObject<typeof roleSchema>;

/** `postgresql.Role`: a role, its attributes, its settings, and the roles that it is a member of, all of them. */
export const role = resourceType<ServerSession, typeof roleSchema>({
  token: "postgresql:index/role:Role",
  schema: roleSchema,
  describe: (show) => `role ${show("name")}`,
  faults: roleFaults,

  create: async (session, planned) => {
    const name = escapeIdentifier(planned.name);
    await session.change(async (client) => {
      // Known before the role is there, which would be in nobody's state.
      if (planned.login && session.configuration.superuser) await requireSuperuser(session, client);
      await client.query(`create role ${name} with ${roleAttributes(planned).join(" ")}`);
      await convergeMemberships(client, planned.name, planned.roles ?? []);
      for (const setting of roleSettings(undefined, planned))
        await client.query(`alter role ${name} ${setting}`);
    });
    return found(planned.name, await readRole(session, planned.name, planned));
  },

  read: readRole,

  update: async (session, old, planned) => {
    await session.change((client) => alterRole(client, old, planned));
    return found(planned.name, await readRole(session, planned.name, planned));
  },

  /** What the role owns goes to the provider's user, but only in the provider's database: elsewhere the role must own nothing. */
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

function found(name: string, live: LiveRole | undefined): LiveRole {
  if (live === undefined) throw new Error(`role "${name}" was dropped while it was being changed`);
  return live;
}
