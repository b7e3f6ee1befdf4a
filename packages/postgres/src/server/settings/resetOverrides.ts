import { type Connection, withClient } from "../../connection/connection";

/** Undoes every ALTER SYSTEM: it would win over the settings file. @param connection a superuser's */
export async function resetOverrides(connection: Connection): Promise<void> {
  await withClient(connection, "embedded/settings", (client) =>
    client.query("alter system reset all"),
  );
}
