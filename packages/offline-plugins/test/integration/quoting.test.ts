import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Engine, type Resource, startEngine } from "./engine";
import { ask, serverUrl, uniqueName } from "./serverUrl";

let engine: Engine;
const bystander = uniqueName("bystander");

beforeAll(async () => {
  engine = await startEngine(serverUrl());
  await ask(serverUrl(), `create role ${bystander}`);
});

afterAll(async () => {
  await engine.close();
  await ask(serverUrl(), `drop role ${bystander}`);
});

describe("quotes names, whatever they contain", () => {
  test.each([
    { what: "spaces and capitals", odd: "My Role" },
    { what: "a double quote", odd: 'a"b' },
    { what: "a single quote", odd: "o'brien" },
    { what: "a backslash", odd: "back\\slash" },
    { what: "another alphabet", odd: "роль" },
    { what: "a statement", odd: `x"; drop role ${bystander}; --` },
    { what: "a keyword", odd: "select" },
  ])("with $what", async ({ odd }) => {
    const name = `${odd} ${uniqueName("n")}`;
    const made: Resource[] = [];
    const make = async (type: string, inputs: Parameters<Engine["create"]>[1]) => {
      const resource = await engine.create(type, inputs);
      expect(await engine.preview(resource, inputs), `${type} right after its creation`).toEqual(
        [],
      );
      made.unshift(resource);
    };
    await make("Role", { name, searchPaths: [odd, "public"], statementTimeout: 5 });
    await make("Database", { name, owner: name });
    const within = { database: name, schema: odd };
    await make("Schema", { database: name, name: odd, owner: name });
    await make("Grant", { ...within, role: name, objectType: "schema", privileges: ["USAGE"] });
    await ask(serverUrl(name), `create table ${quote(odd)}.${quote(odd)} ()`);
    const table = { ...within, role: name, objectType: "table", privileges: ["SELECT"] };
    await make("Grant", { ...table, objects: [odd] });
    const future = { ...within, role: bystander, owner: name, objectType: "table" };
    await make("DefaultPrivileges", { ...future, privileges: ["SELECT"] });
    await make("GrantRole", { role: bystander, grantRole: name });

    await ask(serverUrl(name), `drop table ${quote(odd)}.${quote(odd)}`);
    for (const resource of made) await engine.destroy(resource);
    expect(
      await ask(
        serverUrl(),
        `select datname as name from pg_catalog.pg_database where datname = $1
         union all select rolname from pg_catalog.pg_roles where rolname in ($1, '${bystander}')`,
        [name],
      ),
    ).toEqual([{ name: bystander }]);
  });
});

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
