import { escapeIdentifier } from "pg";

import type { State } from "../protocol/resourceSchema";
import { actAs } from "./actAs";
import type { databaseSchema } from "./database";
import type { ServerSession } from "./serverSession";

type DatabaseState = State<typeof databaseSchema>;

/** Makes an existing database what is planned. Only what differs is touched. */
export async function alterDatabase(
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
      for (const option of options(old, planned))
        await client.query(`alter database ${name} ${option}`);
    });
  });
  if (planned.alterObjectOwnership && newOwner !== null && old.owner !== null)
    await reassign(session, planned.name, old.owner, newOwner);
}

function options(old: DatabaseState, planned: DatabaseState): string[] {
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
