import { randomBytes } from "node:crypto";

import { Client, escapeIdentifier, escapeLiteral } from "pg";

import { clientAddress, type Connection } from "../../src/connection/connection";

/** A separate database on the shared test server. */
export interface TestDatabase {
  name: string;
  /** How the superuser reaches it. */
  superuser: Connection;
  /** Makes a login role that exists only in this test and returns its connection. */
  role: (purpose: string, attributes?: string) => Promise<Connection & { user: string }>;
  /** Runs SQL as the superuser. */
  run: (sql: string) => Promise<void>;
  /** Drops the database and its roles. */
  drop: () => Promise<void>;
}

/**
 * Creates an empty database. Names are random, so that files run in parallel: roles belong to the whole server.
 *
 * @param url The superuser's, of a server of the test's own where it changes what other databases notice, such as settings of all roles.
 *   Default: the server that all tests share.
 */
export async function createTestDatabase(
  url = process.env["TEST_DATABASE_URL"],
): Promise<TestDatabase> {
  const suffix = randomBytes(4).toString("hex");
  const name = `test_${suffix}`;
  const server = connectionOf(url);
  const superuser = { ...server, database: name };
  const roles: string[] = [];
  await execute(server, `create database ${name} template template0 encoding 'UTF8' locale 'C'`);
  return {
    name,
    superuser,
    run: (sql) => execute(superuser, sql),
    role: async (purpose, attributes = "") => {
      const user = `${purpose}_${suffix}`;
      const password = randomBytes(12).toString("hex");
      const quoted = escapeIdentifier(user);
      roles.push(quoted);
      await execute(
        server,
        `create role ${quoted} login ${attributes} password ${escapeLiteral(password)}`,
      );
      return { ...server, database: name, user, password };
    },
    drop: async () => {
      await execute(server, `drop database ${name} with (force)`);
      if (roles.length > 0) await execute(server, `drop role ${roles.join(", ")}`);
    },
  };
}

/** Runs SQL in a separate session and returns the last statement's rows. */
export async function rowsOf<T extends object>(
  connection: Connection,
  sql: string,
  settings: Record<string, string> = {},
): Promise<T[]> {
  const client = new Client(clientAddress(connection));
  await client.connect();
  try {
    for (const [name, value] of Object.entries(settings)) {
      await client.query("select pg_catalog.set_config($1, $2, false)", [name, value]);
    }
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function execute(connection: Connection, sql: string): Promise<void> {
  await rowsOf(connection, sql);
}

function connectionOf(url: string | undefined): Connection {
  if (url === undefined) throw new Error("TEST_DATABASE_URL is not set: run by vitest's project");
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port: Number(port), database: "postgres", user: username, password };
}
