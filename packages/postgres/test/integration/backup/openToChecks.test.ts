import { afterAll, beforeAll, expect, test } from "vitest";

import { openToChecks } from "../../../src/backup/openToChecks";
import { type Connection, withClient } from "../../../src/connection/connection";
import { createTestDatabase, rowsOf, type TestDatabase } from "../testDatabase";

let database: TestDatabase;
let elsewhere: Connection;
let reader: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  elsewhere = { ...database.superuser, database: "postgres" };
  reader = await database.role("reader");
});

afterAll(() => database.drop());

const open = () => withClient(reader, "test", () => Promise.resolve("open"));
const openAll = () =>
  withClient(elsewhere, "test", (client) =>
    openToChecks(client, database.name, [reader.user, "no_such_role"]),
  );

test.each([
  {
    closed: "a database that allows no connection",
    by: () => `alter database ${database.name} allow_connections false`,
    was: () => ({ kind: "database", name: database.name, was: "ALLOW_CONNECTIONS false" }),
  },
  {
    closed: "a database that allows none but a superuser's",
    by: () => `alter database ${database.name} connection limit 0`,
    was: () => ({ kind: "database", name: database.name, was: "CONNECTION LIMIT 0" }),
  },
  {
    closed: "a role without a login",
    by: () => `alter role ${reader.user} nologin`,
    was: () => ({ kind: "role", name: reader.user, was: "NOLOGIN" }),
  },
  {
    closed: "a role that may have no connection",
    by: () => `alter role ${reader.user} connection limit 0`,
    was: () => ({ kind: "role", name: reader.user, was: "CONNECTION LIMIT 0" }),
  },
])("$closed is opened, and named", async ({ by, was }) => {
  await rowsOf(elsewhere, by());
  await expect(open()).rejects.toThrow();

  expect(await openAll()).toEqual([was()]);

  expect(await open()).toBe("open");
  expect(await openAll()).toEqual([]);
});
