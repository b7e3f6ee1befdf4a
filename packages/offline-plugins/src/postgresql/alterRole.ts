import { escapeIdentifier, type PoolClient } from "pg";

import type { State } from "../protocol/resourceSchema";
import { convergeMemberships } from "./convergeMemberships";
import { roleAttributes } from "./roleAttributes";
import type { roleSchema } from "./roleSchema";
import { roleSettings } from "./roleSettings";

type RoleState = State<typeof roleSchema>;

/** Makes an existing role what is planned, its name included. */
export async function alterRole(
  client: PoolClient,
  old: RoleState,
  planned: RoleState,
): Promise<void> {
  const name = escapeIdentifier(planned.name);
  if (planned.name !== old.name)
    await client.query(`alter role ${escapeIdentifier(old.name)} rename to ${name}`);
  const attributes = roleAttributes(planned, old);
  if (attributes.length > 0) await client.query(`alter role ${name} with ${attributes.join(" ")}`);
  await convergeMemberships(client, planned.name, planned.roles ?? []);
  for (const setting of roleSettings(old, planned))
    await client.query(`alter role ${name} ${setting}`);
}
