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

test.each([
  ["allows no connection", "allow_connections false"],
  ["allows none but a superuser's", "connection limit 0"],
])("a database that %s is opened, with the roles that check it", async (_, closed) => {
  await rowsOf(
    elsewhere,
    `alter database ${database.name} ${closed}; alter role ${reader.user} nologin`,
  );
  const open = () => withClient(reader, "test", () => Promise.resolve("open"));
  await expect(open()).rejects.toThrow();

  await withClient(elsewhere, "test", (client) =>
    openToChecks(client, database.name, [reader.user, "no_such_role"]),
  );

  expect(await open()).toBe("open");
});
