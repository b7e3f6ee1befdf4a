import { afterAll, beforeAll, expect, test } from "vitest";

import { type Connection, openClient } from "../../postgres/connection";
import { createTestDatabase, type TestDatabase } from "./testDatabase";

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
