import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Engine, startEngine } from "./engine";
import { ask, serverUrl, uniqueName } from "./serverUrl";

let engine: Engine;
const owner = uniqueName("owner");
const other = uniqueName("other");

beforeAll(async () => {
  engine = await startEngine(serverUrl());
  for (const role of [owner, other]) await ask(serverUrl(), `create role ${role}`);
});

afterAll(async () => {
  await engine.close();
  for (const role of [owner, other]) await ask(serverUrl(), `drop role ${role}`);
});

test("a database is created, found changed, repaired, renamed, and dropped while clients use it", async () => {
  const name = uniqueName("db");
  const inputs = { name, owner, connectionLimit: 7, isTemplate: true };
  const database = await engine.create("Database", inputs);
  expect(database.outputs).toMatchObject({ ...inputs, template: "template0", encoding: "UTF8" });
  await ask(serverUrl(), `alter database ${name} connection limit 1 is_template false`);
  await ask(serverUrl(), `alter database ${name} owner to ${other}`);
  expect(await engine.preview(database, inputs)).toEqual([
    "connectionLimit",
    "isTemplate",
    "owner",
  ]);
  const repaired = await engine.update(database, inputs);
  expect(await engine.preview(repaired, inputs)).toEqual([]);

  // The plugin's own idle connection does not block it.
  await engine.destroy(await engine.create("Schema", { name: "passing", database: name }));
  const renamed = { ...inputs, name: `${name}_2` };
  const after = await engine.update(repaired, renamed);
  expect(await engine.preview(after, renamed)).toEqual([]);
  const client = new Client(serverUrl(`${name}_2`));
  client.on("error", () => undefined);
  await client.connect();
  await engine.destroy(after);
  expect(await engine.refresh(after)).toBeUndefined();
  await client.end();
});

test("with alterObjectOwnership, a new owner gets the old owner's objects in the database", async () => {
  const name = uniqueName("db");
  const database = await engine.create("Database", { name, owner });
  await ask(serverUrl(name), `create schema s authorization ${owner}`);
  const inputs = { name, owner: other, alterObjectOwnership: true };
  const after = await engine.update(database, inputs);
  const owners = await ask(
    serverUrl(name),
    "select nspowner::regrole::text as owner from pg_catalog.pg_namespace where nspname = 's'",
  );
  expect(owners).toEqual([{ owner: other }]);
  await engine.destroy(after);
});

test("an existing database is not adopted", async () => {
  const name = uniqueName("db");
  const database = await engine.create("Database", { name });
  await expect(engine.create("Database", { name })).rejects.toThrow(
    `creating database "${name}": database "${name}" already exists (SQLSTATE 42P04)`,
  );
  await engine.destroy(database);
});

test("an existing extension and schema are adopted, and both are imported by their ids", async () => {
  const name = uniqueName("db");
  const database = await engine.create("Database", { name });
  await ask(serverUrl(name), "create extension pgcrypto; create schema app; create schema ext");
  const extension = await engine.create("Extension", { name: "pgcrypto", database: name });
  const schema = await engine.create("Schema", { name: "app", database: name, owner });
  expect(schema.outputs["owner"]).toBe(owner);
  await expect(
    engine.create("Schema", { name: "app", database: name, ifNotExists: false }),
  ).rejects.toThrow("(SQLSTATE 42P06)");

  const { urn } = extension;
  const imported = await engine.plugin.call("read", { urn, id: `${name}.pgcrypto` });
  expect(imported["inputs"]).toMatchObject({ name: "pgcrypto", database: name, schema: "public" });
  await expect(engine.plugin.call("read", { urn, id: "pgcrypto" })).rejects.toThrow(
    'the id "pgcrypto" does not have the form database.extension',
  );
  const schemaRead = { urn: schema.urn, id: `${name}.app` };
  expect((await engine.plugin.call("read", schemaRead))["id"]).toBe(`${name}.app`);

  const moved = await engine.update(extension, { name: "pgcrypto", database: name, schema: "ext" });
  expect(moved.outputs["schema"]).toBe("ext");
  await engine.destroy(schema);
  await engine.destroy(moved);
  await engine.destroy(database);
  expect(await engine.refresh(schema)).toBeUndefined();
});
