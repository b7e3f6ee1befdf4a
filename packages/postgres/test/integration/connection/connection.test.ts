import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress, type Connection, openClient } from "../../../src/connection/connection";
import { pluginOptions } from "../../../src/connection/sessionSettings";
import { createTestDatabase, type TestDatabase } from "../testDatabase";

let database: TestDatabase;
let reader: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  reader = await database.role("reader");
});

afterAll(() => database.drop());

const openSockets = () =>
  process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;

test.each([
  { what: "its password is empty, and the client itself gives up", password: "" },
  { what: "the server refuses its password", password: "wrong" },
])("a login is not left half open when $what", async ({ password }) => {
  const before = openSockets();

  await expect(openClient({ ...reader, password }, "test")).rejects.toThrow(/password/);

  await expect.poll(openSockets, { timeout: 5_000 }).toBe(before);
});

test("settings of the database's owner do not affect our sessions", async () => {
  const { user: owner } = await database.role("owner");
  const name = `database ${database.name}`;
  await database.run(`alter ${name} owner to ${owner};
    alter ${name} set search_path = public;
    alter ${name} set quote_all_identifiers = on;
    alter ${name} set transform_null_equals = on;
    alter ${name} set default_transaction_read_only = on;
    alter ${name} set default_transaction_isolation = serializable;
    alter ${name} set row_security = off;
    alter ${name} set role = ${owner};
    alter ${name} set local_preload_libraries = 'no_such_library'`);

  const client = await openClient(database.superuser, "test");
  const { rows } = await client.query(
    `select current_user = session_user as own, pg_catalog.current_setting('search_path') as path,
            pg_catalog.current_setting('quote_all_identifiers') as quoted,
            pg_catalog.current_setting('transform_null_equals') as nulls,
            pg_catalog.current_setting('row_security') as security,
            pg_catalog.current_setting('transaction_read_only') as "readOnly",
            pg_catalog.current_setting('transaction_isolation') as isolation`,
  );
  await client.end();
  expect(rows).toEqual([
    {
      ...{ own: true, path: "", quoted: "off", nulls: "off", security: "on" },
      ...{ readOnly: "off", isolation: "read committed" },
    },
  ]);
});

test("nor does it prevent the plugin from revoking privileges", async () => {
  const other = await createTestDatabase();
  await other.run(`alter database ${other.name} set default_transaction_read_only = on`);
  const revoke = async (options: string) => {
    const client = new Client({ ...clientAddress(other.superuser), options });
    await client.connect();
    try {
      await client.query(`begin; revoke all on database ${other.name} from public; commit`);
    } finally {
      await client.end();
    }
  };

  await expect(revoke("")).rejects.toMatchObject({ code: "25006" });
  await revoke(pluginOptions);
  await other.drop();
});
