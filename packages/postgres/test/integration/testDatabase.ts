import { randomBytes } from "node:crypto";

import { Client, escapeIdentifier, escapeLiteral } from "pg";

import { clientAddress, type Connection } from "../../src/connection/connection";
import { withSession } from "../../src/connection/withSession";

/** A separate database on the shared test server. */
export interface TestDatabase {
  name: string;
  /** How the superuser reaches it. */
  superuser: Connection;
  /** Makes a login role that exists only in this test and returns its connection. */
  role: (purpose: string, attributes?: string) => Promise<Connection & { user: string }>;
  /** Runs SQL as the superuser. */
  run: (sql: string) => Promise<void>;
  /** Runs SQL about the database or its roles, as the superuser from outside. */
  administer: (sql: string) => Promise<void>;
  /** Keeps the database as it is, so that `reset` restores it: a copy is made faster than migrations are run again. */
  keep: () => Promise<void>;
  /** Restores what was kept, with its owner and its privileges. Roles stay as they are. */
  reset: () => Promise<void>;
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
  const kept = `${name}_kept`;
  const roles: string[] = [];
  // Every file does this often: a session for each statement would take as long as the statements.
  const administer = (sql: string) =>
    withSession(server, async (client) => {
      await client.query(sql);
    });
  const reset = async () => {
    await administer(`drop database if exists ${name} with (force)`);
    await administer(`create database ${name} template ${kept}`);
    await administer(
      `update pg_database as restored set datdba = kept.datdba, datacl = kept.datacl
         from pg_database as kept where kept.datname = '${kept}' and restored.datname = '${name}'`,
    );
  };
  await administer(`create database ${name} template template0 encoding 'UTF8' locale 'C'`);
  return {
    name,
    superuser,
    run: async (sql) => {
      await rowsOf(superuser, sql);
    },
    administer,
    keep: async () => {
      // Sessions that the code under test shares stay open for a while.
      await administer(
        `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${name}'`,
      );
      await administer(`alter database ${name} rename to ${kept}`);
      await reset();
    },
    reset,
    role: async (purpose, attributes = "") => {
      const user = `${purpose}_${suffix}`;
      const password = randomBytes(12).toString("hex");
      const quoted = escapeIdentifier(user);
      roles.push(quoted);
      await administer(
        `create role ${quoted} login ${attributes} password ${escapeLiteral(password)}`,
      );
      return { ...server, database: name, user, password };
    },
    drop: async () => {
      await administer(`drop database ${name} with (force)`);
      await administer(`drop database if exists ${kept}`);
      if (roles.length > 0) await administer(`drop role ${roles.join(", ")}`);
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

function connectionOf(url: string | undefined): Connection {
  if (url === undefined) throw new Error("TEST_DATABASE_URL is not set: run by vitest's project");
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port: Number(port), database: "postgres", user: username, password };
}
