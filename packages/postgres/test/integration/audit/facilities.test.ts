import { afterAll, beforeAll, expect, test } from "vitest";

import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
beforeAll(async () => {
  database = await createAuditedDatabase();
});
afterAll(() => database.drop());

/** What the application is told when it runs a statement. */
function asApplication(sql: string): Promise<unknown> {
  return rowsOf(database.session("app_user"), sql).then(
    () => "allowed",
    (error: unknown) => (error as { code?: string }).code,
  );
}

test.each([
  ["advisory locks", "pg_advisory_xact_lock(bigint)", "select pg_advisory_xact_lock(1)"],
  ["advisory locks", "pg_try_advisory_lock(integer,integer)", "select pg_try_advisory_lock(1, 2)"],
  ["large objects", "lo_from_bytea(oid,bytea)", "select lo_from_bytea(0, 'x')"],
  ["notifications", "pg_notify(text,text)", "select pg_notify('c', 'x')"],
  ["ending sessions", "pg_terminate_backend(integer,bigint)", "select pg_terminate_backend(-1)"],
])("withholds %s from PUBLIC: %s", async (what, signature, attack) => {
  await database.run(`grant execute on function pg_catalog.${signature} to public`);
  expect(await asApplication(attack)).toBe("allowed");
  const lines = await database.lines();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^functions for ${what}: found EXECUTE to PUBLIC`));

  await database.repair();
  expect(await asApplication(attack)).toBe("42501");
  expect(await database.lines()).toEqual([]);
});

test("lets a pool release what a session holds", async () => {
  expect(await asApplication("select pg_advisory_unlock_all()")).toBe("allowed");
  expect(await asApplication("discard all")).toBe("allowed");
});

test("gives the migrator what it needs, and takes from others what they do not declare", async () => {
  const [migrator, reader] = [database.own("hosterizer_migrator"), database.own("app_readonly")];
  await database.run(`revoke execute on function pg_advisory_xact_lock(bigint) from ${migrator};
    grant execute on function pg_notify(text, text) to ${reader}`);
  expect((await database.lines()).sort()).toEqual([
    `functions for advisory locks: found no EXECUTE to ${migrator} on pg_catalog.pg_advisory_xact_lock(bigint), expected EXECUTE to ${migrator}`,
    `functions for notifications: found EXECUTE to ${reader}, expected no EXECUTE to ${reader}: every session of the database can receive them`,
  ]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("leaves a role what it declares", async () => {
  const application = database.own("app_user");
  const declared = {
    ...database.audit,
    roles: database.audit.roles.map((role) =>
      role.name === application ? { ...role, uses: ["notify" as const] } : role,
    ),
  };
  expect(await database.lines(declared)).toEqual([
    `functions for notifications: found no EXECUTE to ${application}, expected EXECUTE to ${application}`,
  ]);
  await database.repair(undefined, declared);
  expect(await asApplication("select pg_notify('c', 'x')")).toBe("allowed");
  expect(await database.lines(declared)).toEqual([]);

  await database.repair();
  expect(await asApplication("select pg_notify('c', 'x')")).toBe("42501");
});

test("does not report what a deploy role without a superuser's rights can never repair", async () => {
  const deploy = await database.role("deploy", "createdb createrole");
  await database.run(`grant ${database.owner} to ${deploy.user};
    grant execute on function pg_notify(text, text) to public`);
  expect(await database.linesAs(deploy)).toEqual([]);
  await database.repair(deploy);
  await database.repair();
});
