import { afterAll, beforeAll, expect, test } from "vitest";

import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let stranger: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  stranger = (await database.role("stranger")).user;
});

afterAll(() => database.drop());

test.each([
  ["superuser", "found SUPERUSER, expected NOSUPERUSER: no privilege check applies to it"],
  ["bypassrls", "found BYPASSRLS, expected NOBYPASSRLS: it sees every tenant's rows"],
  ["replication", "found REPLICATION, expected NOREPLICATION: it can copy the whole server"],
  ["createrole", "found CREATEROLE, expected NOCREATEROLE: it can join and change other roles"],
  ["createdb", "found CREATEDB, expected NOCREATEDB"],
  ["nologin", "found NOLOGIN, expected LOGIN"],
  ["noinherit", "found NOINHERIT, expected INHERIT"],
  [
    "connection limit 0",
    "found CONNECTION LIMIT 0, expected CONNECTION LIMIT -1: it cannot connect",
  ],
  [
    "valid until '2001-01-01 UTC'",
    /found VALID UNTIL '2001-01-01 .*', expected VALID UNTIL 'infinity': its password has expired/,
  ],
])("names and undoes: alter role … %s", async (attribute, says) => {
  const role = database.own("app_backup");
  await database.run(`alter role ${role} ${attribute}`);
  const [line, ...others] = await database.lines();
  expect(line).toMatch(says);
  expect(line).toContain(`role ${role}: `);
  expect(others).toEqual([]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("names and removes the owner's login", async () => {
  await database.run(`alter role ${database.owner} login`);
  expect(await database.lines()).toEqual([`role ${database.owner}: found LOGIN, expected NOLOGIN`]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test.each([
  ["password null", "no password"],
  ["password 'md5c0ffee0000000000000000000000cafe'", "an md5 password"],
])("names a password that is %s, and leaves it to the role's own resource", async (to, found) => {
  const role = database.own("app_readonly");
  await database.run(`alter role ${role} ${to}`);
  const lines = [`role ${role}: found ${found}, expected a SCRAM-SHA-256 password`];
  expect(await database.lines()).toEqual(lines);

  await database.repair();
  expect(await database.lines()).toEqual(lines);
  await database.run(`alter role ${role} password 'as the role''s resource does'`);
});

test("names and revokes any membership in a role of ours", async () => {
  const application = database.own("app_user");
  await database.run(`grant ${database.owner} to ${stranger} with admin option;
    grant ${application} to ${database.own("app_monitor")}`);
  expect(await database.lines()).toEqual([
    `role ${database.own("app_monitor")}: found member of ${application}, expected no member of ${application}`,
    `role ${stranger}: found member of ${database.owner} WITH ADMIN OPTION, expected no member of ${database.owner}`,
  ]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("names and revokes a membership of a role of ours in another", async () => {
  const application = database.own("app_user");
  await database.run(
    `grant pg_read_all_data to ${application}; grant ${stranger} to ${application}`,
  );
  expect(await database.lines()).toEqual([
    `role ${application}: found member of pg_read_all_data, expected no member of pg_read_all_data`,
    `role ${application}: found member of ${stranger}, expected no member of ${stranger}`,
  ]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("names and revokes the admin option of a declared membership", async () => {
  const migrator = database.own("hosterizer_migrator");
  await database.run(`grant ${database.owner} to ${migrator} with admin option`);
  expect(await database.lines()).toEqual([
    `role ${migrator}: found member of ${database.owner} WITH ADMIN OPTION, expected member of ${database.owner}`,
  ]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("leaves roles of others, and only reports those that bypass row-level security", async () => {
  const past = await database.role("past", "bypassrls");
  await database.role("many", "createdb createrole");
  const lines = [
    `role ${past.user} is not declared, found LOGIN BYPASSRLS: it sees every tenant's rows (up leaves it)`,
  ];
  expect(await database.lines()).toEqual(lines);

  await database.repair();
  expect(await database.lines()).toEqual(lines);
  await database.run(`alter role ${past.user} nobypassrls`);
});
