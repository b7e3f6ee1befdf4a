import { type Connection, withClient } from "../connection";
import type { ServerSetting } from "./serverSettings";

/**
 * Where the running server's settings differ from the declared ones, one line each: changed by ALTER SYSTEM, or in the
 * file and not in force yet.
 */
export async function readSettingsDrift(
  connection: Connection,
  wanted: readonly ServerSetting[],
): Promise<string[]> {
  const found = await withClient(connection, "embedded/settings", (client) =>
    client.query<{ name: string; value: string }>(
      "select name, setting as value from pg_catalog.pg_settings where lower(name) = any ($1)",
      [wanted.map(({ name }) => name)],
    ),
  );
  const live = new Map(found.rows.map(({ name, value }) => [name.toLowerCase(), value]));
  return wanted
    .filter(({ name, value }) => live.get(name) !== value)
    .map(
      ({ name, value }) => `setting ${name} is '${live.get(name) ?? ""}', declared is '${value}'`,
    );
}
