import { createHash } from "node:crypto";

import type { Client } from "pg";

import { readSql } from "../sql/readSql";

/** A value that differs as soon as a transaction with DDL has committed in the session's database. */
export async function readStamp(client: Client): Promise<string> {
  const { rows } = await client.query<{ stamp: string }>(readSql(__dirname, "catalogStamp"));
  return rows[0]?.stamp ?? "";
}

/**
 * A hash of the catalog of a database and of the server's roles: it differs after any change to either. Rows of tables do
 * not count, and passwords are not visible.
 *
 * @param more what the hash depends on besides
 */
export async function catalogHash(client: Client, more: readonly string[] = []): Promise<string> {
  const stamp = await readStamp(client);
  const roles = await client.query<{ role: string }>(
    "select roles::pg_catalog.text as role from pg_catalog.pg_roles as roles order by oid",
  );
  const parts = [stamp, ...roles.rows.map(({ role }) => role), ...more];
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
