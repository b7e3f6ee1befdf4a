import { afterAll, beforeAll, expect, test } from "vitest";

import { type Engine, startEngine } from "./engine";
import { serverUrl } from "./serverUrl";

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine(serverUrl());
});

afterAll(() => engine.close());

const official =
  "is not served by the offline plugin; it needs the official plugin postgresql 3.18.1";

test("refuses an unsupported type of resource, by name", async () => {
  expect(await engine.faults("Publication", { name: "p" })).toEqual([
    `resource type "postgresql:index/publication:Publication" ${official}`,
  ]);
});

test("refuses to delete a resource of such a type too", async () => {
  const urn = "urn:pulumi:test::plugins::postgresql:index/publication:Publication::p";
  await expect(engine.plugin.call("delete", { urn, id: "p", properties: {} })).rejects.toThrow(
    `"postgresql:index/publication:Publication" ${official}`,
  );
});

test("reports all faults of a resource at once, each property by name and value", async () => {
  const faults = await engine.faults("Role", {
    name: "r",
    passwordWo: "p",
    connectionLimit: -2,
    login: "yes",
    colour: "red",
    roles: "readers",
  });
  expect(faults.sort()).toEqual([
    '"connectionLimit": expected a number of at least -1, got -2',
    '"login": expected true or false, got "yes"',
    '"roles": expected a list of strings, got "readers"',
    `property "colour" ${official}`,
    `property "passwordWo" ${official}`,
  ]);
});

test("never repeats a password that it refuses", async () => {
  const faults = await engine.faults("Role", { name: "r", password: "pässwörd" });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain('"password" contains characters other than printable ASCII');
  expect(faults[0]).not.toContain("pässwörd");
});

test.each([
  {
    what: "a privilege that the object does not have",
    inputs: { role: "r", database: "d", objectType: "database", privileges: ["CONNECT", "SELECT"] },
    fault:
      '"SELECT" is not a privilege of a database; expected one of ALL, CREATE, CONNECT, TEMPORARY',
  },
  {
    what: "SQL in the place of a privilege",
    inputs: {
      role: "r",
      database: "d",
      schema: "s",
      objectType: "schema",
      privileges: ["USAGE on schema s to public; --"],
    },
    fault:
      '"USAGE on schema s to public; --" is not a privilege of a schema; expected one of ALL, CREATE, USAGE',
  },
  {
    what: "a type of object that it does not serve",
    inputs: { role: "r", database: "d", objectType: "foreign_server", privileges: ["USAGE"] },
    fault:
      '"objectType": expected one of database, schema, table, sequence, function, procedure, routine, got "foreign_server"',
  },
  {
    what: "no schema where there has to be one",
    inputs: { role: "r", database: "d", objectType: "table", privileges: ["SELECT"] },
    fault: '"schema" is required unless "objectType" is database',
  },
  {
    what: "a missing property",
    inputs: { role: "r", objectType: "database", privileges: ["CONNECT"] },
    fault: 'missing required property "database"',
  },
  {
    what: "a grant option for everyone",
    inputs: {
      role: "public",
      database: "d",
      objectType: "database",
      privileges: ["CONNECT"],
      withGrantOption: true,
    },
    fault: '"withGrantOption" cannot be given to the role public',
  },
])("refuses $what in a grant", async ({ inputs, fault }) => {
  expect(await engine.faults("Grant", inputs)).toEqual([fault]);
});

test("refuses unsupported configuration, and invalid values", async () => {
  const urn = "urn:pulumi:test::plugins::pulumi:providers:postgresql::p";
  const news = { host: "h", awsRdsIamAuth: "true", sslmode: "prefer", port: "70000" };
  const { failures } = await engine.plugin.call("checkConfig", { urn, news });
  expect(failures).toEqual([
    {
      property: "awsRdsIamAuth",
      reason:
        'configuration "awsRdsIamAuth" is not served by the offline plugin; it needs the official plugin postgresql',
    },
    { property: "port", reason: 'expected a whole number of at least 1, got "70000"' },
    {
      property: "sslmode",
      reason: 'expected one of disable, require, verify-ca, verify-full, got "prefer"',
    },
  ]);
});
