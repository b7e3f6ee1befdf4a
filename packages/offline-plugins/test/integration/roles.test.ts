import { afterAll, beforeAll, expect, test } from "vitest";

import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import { type Engine, startEngine } from "./engine";
import { ask, serverUrl, uniqueName } from "./serverUrl";

let engine: Engine;
const made: string[] = [];

beforeAll(async () => {
  engine = await startEngine(serverUrl());
});

afterAll(async () => {
  await engine.close();
  for (const role of made) await ask(serverUrl(), `drop role if exists ${role}`);
});

function roleName(purpose: string): string {
  const name = uniqueName(purpose);
  made.unshift(name);
  return name;
}

/** A URL as which a role logs in. */
function loginUrl(name: string, password: string): string {
  const url = new URL(serverUrl());
  url.username = name;
  url.password = password;
  return url.href;
}

test("a plain-text password reaches the server as a verifier, and logs in", async () => {
  const name = roleName("clear");
  await engine.create("Role", { name, login: true, password: "correct horse" });
  const [row] = await ask<{ passwd: string }>(
    serverUrl(),
    "select passwd from pg_catalog.pg_shadow where usename = $1",
    [name],
  );
  expect(row?.passwd).toMatch(/^SCRAM-SHA-256\$4096:/);
  await expect(ask(loginUrl(name, "correct horse"), "select 1")).resolves.toHaveLength(1);
  await expect(ask(loginUrl(name, "wrong"), "select 1")).rejects.toMatchObject({ code: "28P01" });
});

test("a verifier is stored unchanged, and a password changed by hand is shown and repaired", async () => {
  const name = roleName("verifier");
  const inputs = { name, login: true, password: scramVerifier("first") };
  const role = await engine.create("Role", inputs);
  expect(role.outputs["password"]).toBe(inputs.password);
  expect(await engine.preview(role, inputs)).toEqual([]);
  await ask(serverUrl(), `alter role ${name} password 'changed'`);
  expect(await engine.preview(role, inputs)).toEqual(["password"]);
  await engine.update(role, inputs);
  expect(await engine.preview(role, inputs)).toEqual([]);
  await expect(ask(loginUrl(name, "first"), "select 1")).resolves.toHaveLength(1);
});

test("every attribute is set, read back, found changed and repaired", async () => {
  const name = roleName("all");
  const group = roleName("group");
  await ask(serverUrl(), `create role ${group}`);
  const inputs = {
    name,
    roles: [group],
    login: true,
    superuser: true,
    createDatabase: true,
    createRole: true,
    inherit: false,
    replication: true,
    bypassRowLevelSecurity: true,
    connectionLimit: 5,
    validUntil: "2040-01-02 03:04:05+00",
    searchPaths: ['odd, "name"', "public"],
    statementTimeout: 1000,
    idleInTransactionSessionTimeout: 2000,
    assumeRole: group,
  };
  const role = await engine.create("Role", inputs);
  expect(role.outputs).toMatchObject({ ...inputs, validUntil: "2040-01-02 03:04:05+00" });
  expect(await engine.preview(role, inputs)).toEqual([]);
  for (const change of [
    "nologin nosuperuser nocreatedb nocreaterole inherit noreplication nobypassrls",
    "connection limit -1",
    "valid until 'infinity'",
    "set statement_timeout to '3s'",
    "set idle_in_transaction_session_timeout to '1min'",
    "set search_path to pg_catalog",
    "reset role",
  ])
    await ask(serverUrl(), `alter role ${name} ${change}`);
  await ask(serverUrl(), `revoke ${group} from ${name}`);
  expect(await engine.preview(role, inputs)).toEqual([
    "assumeRole",
    "bypassRowLevelSecurity",
    "connectionLimit",
    "createDatabase",
    "createRole",
    "idleInTransactionSessionTimeout",
    "inherit",
    "login",
    "replication",
    "roles",
    "searchPaths[0]",
    "searchPaths[1]",
    "statementTimeout",
    "superuser",
    "validUntil",
  ]);
  const repaired = await engine.update(role, inputs);
  expect(repaired.outputs).toMatchObject(inputs);
  expect(await engine.preview(repaired, inputs)).toEqual([]);
  const bare = await engine.update(repaired, { name });
  expect(await engine.preview(bare, { name })).toEqual([]);
  expect(bare.outputs).toMatchObject({ roles: null, searchPaths: null, statementTimeout: 0 });
});

test("an existing role is not adopted, and the message says what to do", async () => {
  const name = roleName("there");
  await ask(serverUrl(), `create role ${name}`);
  const creating = engine.create("Role", { name, password: "secret-password" });
  await expect(creating).rejects.toThrow(
    `creating role "${name}": role "${name}" already exists (SQLSTATE 42710)`,
  );
  await expect(creating).rejects.toThrow("import it");
  await expect(creating).rejects.not.toThrow("secret-password");
});

test("an existing role is imported by its name", async () => {
  const name = roleName("imported");
  await ask(serverUrl(), `create role ${name} login connection limit 3`);
  const urn = `urn:pulumi:test::plugins::postgresql:index/role:Role::it`;
  const { id, inputs } = await engine.plugin.call("read", { urn, id: name });
  expect(id).toBe(name);
  expect(inputs).toEqual({ __defaults: [], name, login: true, connectionLimit: 3 });
});

test("a renamed role keeps its state under the new name", async () => {
  const name = roleName("before");
  const renamed = roleName("after");
  const role = await engine.create("Role", { name });
  const after = await engine.update(role, { name: renamed });
  expect(await engine.preview(after, { name: renamed })).toEqual([]);
  expect((await engine.refresh(after))?.id).toBe(renamed);
});

test("a role without a name gets one from its logical name, and keeps it", async () => {
  const role = await engine.create("Role", {}, "auto");
  const name = role.id;
  made.unshift(`"${name}"`);
  expect(name).toMatch(/^auto-[0-9a-f]{7}$/);
  expect(role.inputs["__defaults"]).toContain("name");
  expect(await engine.preview(role, {})).toEqual([]);
});

test("a dropped role's objects go to the provider's user", async () => {
  const name = roleName("owning");
  const role = await engine.create("Role", { name });
  const schema = uniqueName("owned");
  await ask(serverUrl(), `create schema ${schema} authorization ${name}`);
  await engine.destroy(role);
  const owner = await ask(
    serverUrl(),
    "select nspowner::regrole::text as owner from pg_catalog.pg_namespace where nspname = $1",
    [schema],
  );
  await ask(serverUrl(), `drop schema ${schema}`);
  expect(owner).toEqual([{ owner: "postgres" }]);
});
