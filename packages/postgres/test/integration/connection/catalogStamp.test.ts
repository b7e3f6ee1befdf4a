import { afterAll, beforeAll, expect, test } from "vitest";

import { catalogHash } from "../../../src/connection/catalogStamp";
import { withClient } from "../../../src/connection/connection";
import { startTestServer, type TestServer } from "../testServer";
import { createTestDatabase, type TestDatabase } from "../testDatabase";

let server: TestServer;
let database: TestDatabase;

// On the shared server other tests create roles meanwhile.
beforeAll(async () => {
  server = await startTestServer();
  database = await createTestDatabase(server.url);
  await database.run("create table public.sites (domain text); create role reader");
});

afterAll(() => server.remove());

const hash = (more?: readonly string[]) =>
  withClient(database.superuser, "test", (client) => catalogHash(client, more));

test.each([
  "comment on table public.sites is 'changed meanwhile'",
  "alter table public.sites add note text",
  "grant select on public.sites to reader",
  "alter role reader connection limit 7",
  "create role writer",
])("differs after: %s", async (sql) => {
  const before = await hash();
  await database.run(sql);
  expect(await hash()).not.toBe(before);
});

test("is unchanged after an insert, and after a role was changed and changed back", async () => {
  const before = await hash();
  await database.run("insert into public.sites (domain) values ('a.example.com'); analyze");
  await database.run("alter role reader connection limit 3");
  await database.run("alter role reader connection limit 7");
  expect(await hash()).toBe(before);
});

test("depends on its other inputs", async () => {
  expect(await hash(["000010_note 2026-11-29"])).not.toBe(await hash(["000010_note 2026-11-30"]));
});
