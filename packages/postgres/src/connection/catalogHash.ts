import { createHash } from "node:crypto";

import type { Client } from "pg";

import { readStamp } from "./inSnapshot";

/**
 * A hash that is another one as soon as anybody has changed anything in a database's catalog, or a role of its server. Rows do
 * not count, and passwords cannot be seen.
 *
 * @param more what it shall depend on besides
 */
export async function catalogHash(client: Client, more: readonly string[] = []): Promise<string> {
  const stamp = await readStamp(client);
  const roles = await client.query<{ role: string }>(
    "select roles::pg_catalog.text as role from pg_catalog.pg_roles as roles order by oid",
  );
  const parts = [stamp, ...roles.rows.map(({ role }) => role), ...more];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
