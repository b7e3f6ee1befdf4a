import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { withClient } from "../../../src/connection/connection";
import { removeUserLookup } from "../../../src/pooler/userLookup";
import { rowsOf } from "../testDatabase";
import { createPooledDatabase } from "./pooledDatabase";

let database: Awaited<ReturnType<typeof createPooledDatabase>>;

beforeAll(async () => {
  database = await createPooledDatabase();
});

afterAll(() => database.drop());

/** The pooler's answer, from the query that it uses. */
function ask(role: string) {
  return rowsOf<{ username: string; verifier: string }>(
    database.pooler,
    `select * from pooler.user_lookup('${role}')`,
  );
}

test("the pooler gets the verifier that the server stores", async () => {
  const { user } = database.application;
  const [kept] = await rowsOf<{ rolpassword: string }>(
    database.superuser,
    `select rolpassword from pg_catalog.pg_authid where rolname = '${user}'`,
  );

  expect(kept?.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  expect(await ask(user)).toEqual([{ username: user, verifier: kept?.rolpassword }]);
});

describe("there is no answer about", () => {
  test.each([
    ["superuser", "superuser"],
    ["bypasses", "bypassrls"],
    ["replicates", "replication"],
    ["makes", "createrole"],
    ["expired", "valid until '2001-01-01'"],
    ["member", "in role OWNER"],
    ["holder", "in role AUTHENTICATOR"],
    ["poolers", "in role POOLER"],
    ["noinherit", "noinherit in role OWNER"],
  ])("a role that is %s: %s", async (purpose, attributes) => {
    const { owner, authenticator, role } = database.lookup;
    const filled = attributes
      .replace("OWNER", owner)
      .replace("AUTHENTICATOR", authenticator)
      .replace("POOLER", role);
    const { user } = await database.role(purpose, filled);

    expect(await ask(user)).toEqual([]);
  });

  test("a member of a member of the owner", async () => {
    const { user: member } = await database.role("between", `in role ${database.lookup.owner}`);
    const { user } = await database.role("indirect", `in role ${member}`);

    expect(await ask(user)).toEqual([]);
  });

  test("a role that may become a superuser", async () => {
    const { user: superuser } = await database.role("mighty", "superuser");
    const { user } = await database.role("becomes", `noinherit in role ${superuser}`);

    expect(await ask(user)).toEqual([]);
  });

  test("a role that does not log in", async () => {
    const { user } = await database.role("group");
    await database.run(`alter role ${user} nologin`);

    expect(await ask(user)).toEqual([]);
  });

  test("a role whose password is stored in another form, or not at all", async () => {
    const { user } = await database.role("md");
    await database.run(`alter role ${user} password 'md5c0ffee0000000000000000000000cafe'`);
    expect(await ask(user)).toEqual([]);
    await database.run(`alter role ${user} password null`);
    expect(await ask(user)).toEqual([]);
  });

  test("the pooler itself, its authenticator and the owner, with a login and a password too", async () => {
    const { owner, authenticator, role } = database.lookup;
    for (const name of [owner, authenticator, role]) {
      await database.run(`alter role ${name} login`);
      expect(await ask(name)).toEqual([]);
    }
    await database.run(`alter role ${owner} nologin; alter role ${authenticator} nologin`);
  });

  test("a role that does not exist", async () => {
    expect(await ask("ghost")).toEqual([]);
  });
});

test("a role whose password is still valid gets an answer", async () => {
  const { user } = await database.role("valid", "valid until '2999-01-01'");
  expect(await ask(user)).toHaveLength(1);
});

test("a role that is only a member of a monitoring role gets an answer", async () => {
  const { user } = await database.role("monitor", "in role pg_monitor");
  expect(await ask(user)).toHaveLength(1);
});

test("a renamed owner closes the pooler instead of opening it to its members", async () => {
  const { owner } = database.lookup;
  const { user } = await database.role("migrator", `in role ${owner}`);
  await database.run(`alter role ${owner} rename to ${owner}_away`);
  await expect(ask(user)).rejects.toMatchObject({ code: "42704" });
  await database.run(`alter role ${owner}_away rename to ${owner}`);

  expect(await ask(user)).toEqual([]);
});

test("only the pooler may ask, and it cannot read a verifier itself", async () => {
  const look = "select * from pooler.user_lookup('x')";
  await database.run(`grant usage on schema pooler to ${database.application.user}`);
  await expect(rowsOf(database.application, look)).rejects.toMatchObject({ code: "42501" });
  const read = rowsOf(database.pooler, "select rolpassword from pg_catalog.pg_authid");
  await expect(read).rejects.toMatchObject({ code: "42501" });
});

test("the caller's own objects do not change the answer", async () => {
  const { user } = await database.role("admin", "superuser");
  await database.run(`grant temporary on database ${database.name} to ${database.pooler.user}`);
  const answer = await withClient(database.pooler, "test", async (client) => {
    await client.query(`create temporary table pg_authid as
        select 1::oid as oid, '${user}'::name as rolname, 'SCRAM-SHA-256$'::text as rolpassword;
      create function pg_temp.pg_has_role(oid, text, text) returns boolean language sql as 'select false';
      create function pg_temp.pg_has_role(oid, oid, text) returns boolean language sql as 'select false';
      set search_path = pg_temp, pg_catalog`);
    return client.query("select * from pooler.user_lookup($1)", [user]);
  });

  expect(answer.rows).toEqual([]);
});

test("removal from the program leaves no function and no privilege behind", async () => {
  await removeUserLookup(database.superuser, database.lookup);
  const left = await database.drift();
  expect(left.map(({ kind, actual }) => [kind, actual])).toEqual([
    ...Array.from({ length: 9 }, () => ["lookup privilege", null]),
    ["lookup function missing", null],
  ]);
  // The role can then be dropped.
  await database.run(
    `alter role ${database.lookup.authenticator} rename to spare; drop role spare; create role ${database.lookup.authenticator}`,
  );
  await removeUserLookup(database.superuser, database.lookup);
});
