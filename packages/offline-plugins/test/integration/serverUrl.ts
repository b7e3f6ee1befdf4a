import { randomBytes } from "node:crypto";

import { Client } from "pg";

/** The shared test server's superuser, in another database if one is named. */
export function serverUrl(database?: string): string {
  const url = new URL(process.env["TEST_DATABASE_URL"] ?? "");
  if (database !== undefined) url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

/** Runs SQL in a separate session. */
export async function ask<T extends object>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const { hostname, port, username, password, pathname } = new URL(url);
  // Not the URL itself: node-postgres does not decode every name in one.
  const client = new Client({
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** A name that no other test uses: roles and databases belong to the whole server. */
export function uniqueName(purpose: string): string {
  return `${purpose}_${randomBytes(4).toString("hex")}`;
}
