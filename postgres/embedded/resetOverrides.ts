import { escapeIdentifier } from "pg";

import { type Connection, withClient } from "../connection";
import type { ServerSetting } from "./serverSettings";

/** Undoes ALTER SYSTEM for the declared settings, which would win over the settings file. */
export async function resetOverrides(
  connection: Connection,
  settings: readonly ServerSetting[],
): Promise<void> {
  await withClient(connection, "embedded/settings", async (client) => {
    for (const { name } of settings) {
      await client.query(`alter system reset ${escapeIdentifier(name)}`);
    }
  });
}
