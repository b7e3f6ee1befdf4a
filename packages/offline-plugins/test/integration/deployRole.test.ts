import { afterAll, beforeAll, expect, test } from "vitest";

import { grant } from "../../src/postgresql/grant";
import { provider } from "../../src/postgresql/provider";
import { type Engine, type Resource, startEngine } from "./engine";
import type { Json } from "./json";
import { ask, serverUrl, uniqueName } from "./serverUrl";

const deployer = uniqueName("deployer");
const owner = uniqueName("owner");
const reader = uniqueName("reader");
const database = uniqueName("deployed");
let engine: Engine;
const made: { resource: Resource; inputs: Json }[] = [];

beforeAll(async () => {
  await ask(serverUrl(), `create role ${deployer} login createdb createrole password 'deploy'`);
  engine = await startEngine(serverUrl(), {
    username: deployer,
    password: "deploy",
    superuser: "false",
    database: "postgres",
  });
});

afterAll(async () => {
  await engine.close();
  await ask(serverUrl(), `drop database if exists ${database} with (force)`);
  for (const role of [reader, owner, deployer])
    await ask(serverUrl(), `drop role if exists ${role}`);
});

function memberships() {
  return ask<{ role: string }>(
    serverUrl(),
    `select roleid::regrole::text as role from pg_catalog.pg_auth_members
      where member = '${deployer}'::regrole`,
  );
}

async function make(type: string, inputs: Json): Promise<void> {
  const resource = await engine.create(type, inputs);
  made.unshift({ resource, inputs });
}

test("a deploy role that is not a superuser creates a whole database, once it is a member of its owner", async () => {
  await make("Role", { name: owner });
  await make("Role", { name: reader, login: true, password: "read" });
  await make("Database", { name: database, owner });
  // To change the owner of the database, it had to be a member for a moment.
  expect(await memberships()).toEqual([]);
  await make("GrantRole", { role: deployer, grantRole: owner });
  for (const name of ["uuid-ossp", "pgcrypto"]) await make("Extension", { name, database });
  await make("Schema", { name: "app", database, owner });
  await ask(serverUrl(database), "create table app.t ()");
  await ask(serverUrl(database), `alter table app.t owner to ${owner}`);
  const within = { database, schema: "app" };
  await make("Grant", { ...within, role: reader, objectType: "schema", privileges: ["USAGE"] });
  await make("Grant", { ...within, role: reader, objectType: "table", privileges: ["SELECT"] });
  await make("Grant", { database, role: "public", objectType: "database", privileges: [] });
  const connect = { database, role: reader, objectType: "database", privileges: ["CONNECT"] };
  await make("Grant", connect);
  const future = { ...within, role: reader, owner, objectType: "table", privileges: ["SELECT"] };
  await make("DefaultPrivileges", future);
  for (const { resource, inputs } of made)
    expect(await engine.preview(resource, inputs), resource.urn).toEqual([]);
  const readerUrl = new URL(serverUrl(database));
  readerUrl.username = reader;
  readerUrl.password = "read";
  await expect(ask(readerUrl.href, "select from app.t")).resolves.toEqual([]);
});

test("it becomes a member of a role for one transaction only", async () => {
  expect(await memberships()).toEqual([{ role: owner }]);
});

test("destroys all of it again", async () => {
  await ask(serverUrl(database), "drop table app.t");
  for (const { resource } of made) await engine.destroy(resource);
  const left = await ask(
    serverUrl(),
    `select rolname as name from pg_catalog.pg_roles where rolname in ('${owner}', '${reader}')
     union all select datname from pg_catalog.pg_database where datname = '${database}'`,
  );
  expect(left).toEqual([]);
});

test("a role that is not a superuser cannot read a password back, and the message says what to set", async () => {
  const mistaken = await startEngine(serverUrl(), { username: deployer, password: "deploy" });
  const name = uniqueName("unread");
  await expect(
    mistaken.create("Role", { name, login: true, password: "secret-password" }),
  ).rejects.toThrow(`set the provider's "superuser" to false`);
  await mistaken.close();
  const halfMade = await ask(serverUrl(), `select from pg_catalog.pg_roles where rolname = $1`, [
    name,
  ]);
  expect(halfMade).toEqual([]);
});

test("warns of a REVOKE that PostgreSQL accepts without effect", async () => {
  const { hostname, port } = new URL(serverUrl());
  const warnings: string[] = [];
  const configuration = { host: hostname, port, username: deployer, password: "deploy" };
  const session = provider.configure(
    { ...configuration, sslmode: "disable" },
    {
      warn: (message) => {
        warnings.push(message);
      },
      status: () => undefined,
    },
  );
  await ask(serverUrl(), `create database ${database}`);
  const inputs = { role: "public", database, objectType: "database", privileges: [] };
  await grant.create(session, inputs);
  await session.close();
  expect(warnings).toEqual([`PostgreSQL: no privileges could be revoked for "${database}"`]);
});
