import { afterAll, beforeAll, expect, test } from "vitest";

import { renderDifference } from "../../../src/convergence/difference";
import { poolerKinds } from "../../../src/pooler/userLookup";
import { pooler } from "../../../../../test/drift/catalogue/pooler";
import { rowsOf } from "../testDatabase";
import { createPooledDatabase } from "./pooledDatabase";

let database: Awaited<ReturnType<typeof createPooledDatabase>>;

beforeAll(async () => {
  database = await createPooledDatabase();
});

afterAll(() => database.drop());

/** The catalogue's roles exist once on a server; here this database has its own. */
function here(text: string): string {
  const { application, lookup } = database;
  return text
    .replaceAll("app_user", application.user)
    .replaceAll("app_pooler", lookup.role)
    .replaceAll("hosterizer_authenticator", lookup.authenticator);
}

const drift = async () => (await database.drift()).map(renderDifference);

test("a new lookup has no drift", async () => {
  expect(await drift()).toEqual([]);
});

test.each([1, 2, 3])("all of round %d is named at once, and repaired", async (round) => {
  const broken = pooler.filter((one) => (one.round ?? 1) === round);
  for (const one of broken) await database.run(here(one.break as string));
  const found = await database.drift();
  for (const one of broken) {
    const seen = found.filter(({ kind }) => kind === one.kind).map(renderDifference);
    expect(seen).toContainEqual(expect.stringContaining(here(one.says as string)));
  }

  await database.repair();
  expect(await drift()).toEqual([]);
});

test.each([
  ["everyone", "grant execute on function pooler.user_lookup(name) to public"],
  [
    "a role that it was granted on to",
    "grant execute on function pooler.user_lookup(name) to app_pooler with grant option",
  ],
  [
    "a role that reads the whole table",
    "grant select on pg_catalog.pg_authid to hosterizer_authenticator",
  ],
  [
    "a role that may grant it on",
    "grant select (rolname) on pg_catalog.pg_authid to hosterizer_authenticator with grant option",
  ],
])("leaves no privilege to %s", async (_, sql) => {
  await database.run(here(sql));
  expect(await drift()).not.toEqual([]);

  await database.repair();
  expect(await drift()).toEqual([]);
});

test.each([
  "volatile",
  "parallel unsafe",
  "leakproof",
  "security invoker",
  "called on null input",
  "set row_security = off",
  "set search_path = public",
])("ALTER FUNCTION … %s is one difference, and is undone", async (attribute) => {
  await database.run(`alter function pooler.user_lookup(name) ${attribute}`);
  const found = await database.drift();
  expect(found.map(({ kind }) => kind)).toEqual(["lookup function attribute"]);

  await database.repair();
  expect(await drift()).toEqual([]);
});

test("another owner is one difference, and is undone", async () => {
  await database.run("alter function pooler.user_lookup(name) owner to postgres");
  expect((await database.drift()).map(({ kind }) => kind)).toEqual(["lookup function owner"]);

  await database.repair();
  expect(await drift()).toEqual([]);
});

test("its owner may execute it too", async () => {
  await database.run(
    here("revoke execute on function pooler.user_lookup(name) from hosterizer_authenticator"),
  );
  expect(await drift()).toEqual([
    here(
      "privilege of hosterizer_authenticator on function pooler.user_lookup(name) is missing, expected EXECUTE",
    ),
  ]);

  await database.repair();
  expect(await drift()).toEqual([]);
});

test("a function that a policy calls is not dropped with that policy", async () => {
  await database.run(`drop function pooler.user_lookup(name);
    create function pooler.user_lookup(name) returns text language sql as 'select null::text';
    create table pooler.others (who name);
    create policy theirs on pooler.others using (pooler.user_lookup(who) is null)`);
  const before = await drift();

  await expect(database.repair()).rejects.toMatchObject({ code: "2BP01" });
  expect(await drift()).toEqual(before);
  await database.run("drop table pooler.others");
  await database.repair();
  expect(await drift()).toEqual([]);
});

test("a procedure in its place is dropped", async () => {
  await database.run(`drop function pooler.user_lookup(name);
    create procedure pooler.user_lookup(name) language sql as 'select 1'`);
  expect(await database.drift()).toContainEqual(
    expect.objectContaining({
      kind: "lookup function result",
      actual: "(IN name) returns nothing",
    }),
  );

  await database.repair();
  expect(await drift()).toEqual([]);
});

test("a repair that fails halfway changes nothing", async () => {
  await database.run(`drop function pooler.user_lookup(name);
    create function pooler.user_lookup(name) returns text language sql as 'select null::text';
    create view pooler.user as select pooler.user_lookup('x')`);
  await database.run(here("revoke all on pg_catalog.pg_authid from hosterizer_authenticator"));
  const before = await drift();

  await expect(database.repair()).rejects.toMatchObject({ code: "2BP01" });
  expect(await drift()).toEqual(before);
  await database.run("drop view pooler.user");
  await database.repair();
  expect(await drift()).toEqual([]);
});

test("a login that is not a superuser leaves it, and says so", async () => {
  await database.run("alter function pooler.user_lookup(name) volatile");
  const lines = (await database.drift(database.application)).map(renderDifference);
  expect(lines).toEqual([
    "function pooler.user_lookup(name): found VOLATILE, expected STABLE: only a superuser can repair it (up leaves it)",
  ]);

  await database.repair(database.application);
  expect(await drift()).toHaveLength(1);
  await database.repair();
});

test("a repair writes nothing if nothing is wrong", async () => {
  const written = "select xmin::text from pg_catalog.pg_proc where proname = 'user_lookup'";
  const before = await rowsOf(database.superuser, written);
  await database.repair();

  expect(await rowsOf(database.superuser, written)).toEqual(before);
});

test("the catalogue has every kind", () => {
  const catalogued = new Set(pooler.map(({ kind }) => kind));
  expect([...catalogued].toSorted()).toEqual([...poolerKinds].toSorted());
});
