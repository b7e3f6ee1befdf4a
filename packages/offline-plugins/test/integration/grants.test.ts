import { afterAll, beforeAll, expect, test } from "vitest";

import { type Engine, startEngine } from "./engine";
import { ask, serverUrl, uniqueName } from "./serverUrl";

let engine: Engine;
const database = uniqueName("grants");
const role = uniqueName("granted");

beforeAll(async () => {
  engine = await startEngine(serverUrl());
  await ask(serverUrl(), `create role ${role}`);
  await ask(serverUrl(), `create database ${database}`);
  await ask(
    serverUrl(database),
    `create schema s;
     create table s.a (id int, note text);
     create table s.b (id int);
     create view s.v as select 1;
     create sequence s.q;
     create function s.f() returns int language sql as 'select 1';
     create function s.f(int) returns int language sql as 'select 1';
     create procedure s.p() language sql as 'select 1'`,
  );
});

afterAll(async () => {
  await engine.close();
  await ask(serverUrl(), `drop database ${database} with (force)`);
  await ask(serverUrl(), `drop role ${role}`);
});

const run = (sql: string) => ask(serverUrl(database), sql);

test.each([
  { type: "database", privileges: ["CONNECT", "TEMPORARY"], on: `database ${database}` },
  { type: "schema", privileges: ["USAGE", "CREATE"], on: "schema s" },
  { type: "table", privileges: ["SELECT", "TRIGGER"], on: "table s.b" },
  { type: "sequence", privileges: ["USAGE"], on: "sequence s.q" },
  { type: "function", privileges: ["EXECUTE"], on: "function s.f(int)" },
  { type: "procedure", privileges: ["EXECUTE"], on: "procedure s.p()" },
  { type: "routine", privileges: ["EXECUTE"], on: "routine s.f()" },
])(
  "a $type grant is clean at once, shows what is revoked, repairs it, and is deleted",
  async (its) => {
    const { type: objectType, privileges, on } = its;
    const schema = objectType === "database" ? {} : { schema: "s" };
    const inputs = { role, database, objectType, privileges, ...schema };
    const grant = await engine.create("Grant", inputs);
    expect(await engine.preview(grant, inputs)).toEqual([]);
    await run(`revoke all on ${on} from ${role}`);
    expect(await engine.preview(grant, inputs)).toEqual(["privileges"]);
    const repaired = await engine.update(grant, inputs);
    expect(await engine.preview(repaired, inputs)).toEqual([]);
    await engine.destroy(repaired);
    expect(await engine.preview(repaired, inputs)).toEqual(["privileges"]);
  },
);

test("ALL means every privilege, and is not a change afterwards", async () => {
  const inputs = { role, database, schema: "s", objectType: "table", privileges: ["ALL"] };
  const grant = await engine.create("Grant", inputs);
  expect(await engine.preview(grant, inputs)).toEqual([]);
  await run(`revoke trigger on s.a from ${role}`);
  expect(await engine.preview(grant, inputs)).not.toEqual([]);
  await engine.destroy(grant);
});

test("a grant on named tables does not affect other tables and column privileges", async () => {
  await run(`grant select on s.b to ${role}`);
  await run(`grant update (note) on s.a to ${role}`);
  await run(`grant delete on s.a to ${role}`);
  const named = { role, database, schema: "s", objectType: "table", objects: ["a", "v"] };
  const inputs = { ...named, privileges: ["SELECT"] };
  const grant = await engine.create("Grant", inputs);
  // In the order of their checksums, as Terraform iterates over a set.
  expect(grant.id).toBe(`${role}_${database}_s_table_v_a`);
  const may = async () => {
    const [row] = await ask<Record<string, boolean>>(
      serverUrl(database),
      `select has_table_privilege($1, 's.a', 'select') as "select a",
              has_table_privilege($1, 's.v', 'select') as "select v",
              has_table_privilege($1, 's.b', 'select') as "select b",
              has_table_privilege($1, 's.a', 'delete') as "delete a",
              has_column_privilege($1, 's.a', 'note', 'update') as "update a.note"`,
      [role],
    );
    return Object.entries(row ?? {}).flatMap(([what, allowed]) => (allowed ? [what] : []));
  };
  expect(await may()).toEqual(["select a", "select v", "select b", "update a.note"]);
  await engine.destroy(grant);
  expect(await may()).toEqual(["select b", "update a.note"]);
  await run(`revoke all on all tables in schema s from ${role}`);
});

test("says that a named table that does not exist comes with the migrations", async () => {
  const named = { role, database, schema: "s", objectType: "table", objects: ["none"] };
  await expect(engine.create("Grant", { ...named, privileges: ["SELECT"] })).rejects.toThrow(
    /relation "s.none" does not exist \(SQLSTATE 42P01\)\n.*come after the migrations/,
  );
});

test("a grant whose schema or role is gone is gone too, and can still be deleted", async () => {
  const gone = uniqueName("gone");
  await ask(serverUrl(), `create role ${gone}`);
  await run("create schema passing");
  const target = { database, objectType: "schema", schema: "passing", privileges: ["USAGE"] };
  const grants = [
    await engine.create("Grant", { ...target, role }),
    await engine.create("Grant", { ...target, role: gone }),
  ];
  await run("drop schema passing");
  await ask(serverUrl(), `drop role ${gone}`);
  for (const grant of grants) {
    expect(await engine.refresh(grant)).toBeUndefined();
    await engine.destroy(grant);
  }
});

test.each([
  { objectType: "table", privileges: ["SELECT", "INSERT"] },
  { objectType: "sequence", privileges: ["USAGE"] },
  { objectType: "function", privileges: ["EXECUTE"] },
  { objectType: "type", privileges: ["USAGE"] },
  { objectType: "schema", privileges: ["USAGE"] },
])("default privileges on each $objectType are set, found missing, and deleted", async (its) => {
  const inputs = { role, database, owner: "postgres", ...its };
  const defaults = await engine.create("DefaultPrivileges", inputs);
  expect(defaults.id).toBe(`${role}_${database}_noschema_postgres_${its.objectType}`);
  expect(await engine.preview(defaults, inputs)).toEqual([]);
  await engine.destroy(defaults);
  expect(await engine.refresh(defaults)).toBeUndefined();
});

test("a change of a grant's object replaces the grant, the old one first", async () => {
  const inputs = { role, database, schema: "s", objectType: "table", privileges: ["SELECT"] };
  const grant = await engine.create("Grant", inputs);
  const { urn, id, outputs } = grant;
  const news = { ...grant.inputs, schema: "public" };
  expect(await engine.plugin.call("diff", { urn, id, olds: outputs, news })).toMatchObject({
    replaces: ["schema"],
    deleteBeforeReplace: true,
    detailedDiff: { schema: { kind: "UPDATE_REPLACE" } },
  });
  await engine.destroy(grant);
});
