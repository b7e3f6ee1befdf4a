import { expect, test } from "vitest";

import { grantId, grantStatements, revokeStatements } from "../../../src/postgresql/grant";
import { privilegeList, samePrivileges } from "../../../src/postgresql/privileges";

const table = {
  role: "app",
  database: "d",
  schema: "s",
  objectType: "table",
  objects: null,
  columns: null,
  privileges: ["INSERT", "SELECT"],
  withGrantOption: false,
};

test.each([
  { grant: table, id: "app_d_s_table" },
  { grant: { ...table, objectType: "database", schema: null }, id: "app_d_database" },
  { grant: { ...table, objectType: "schema" }, id: "app_d_s_schema" },
  // The checksums are 73585419 and 1936057245: by their digits, the second comes first.
  { grant: { ...table, objects: ["table_b", "table_c"] }, id: "app_d_s_table_table_c_table_b" },
])("the id of a grant is $id", ({ grant, id }) => {
  expect(grantId(grant)).toBe(id);
});

test.each([
  { grant: table, sql: ['grant INSERT, SELECT on all tables in schema "s" to "app"'] },
  {
    grant: { ...table, objects: ['o"dd', "t"] },
    sql: ['grant INSERT, SELECT on table "s"."o""dd", "s"."t" to "app"'],
  },
  {
    grant: { ...table, role: "public", objectType: "schema", privileges: ["USAGE"] },
    sql: ['grant USAGE on schema "s" to public'],
  },
  {
    grant: { ...table, objectType: "database", privileges: ["CONNECT"], withGrantOption: true },
    sql: ['grant CONNECT on database "d" to "app" with grant option'],
  },
  { grant: { ...table, privileges: [] }, sql: [] },
])("grants by $sql", ({ grant, sql }) => {
  expect(grantStatements(grant)).toEqual(sql);
});

test("revokes everything on all objects, and existing privileges on named ones", () => {
  const present = [
    { name: "a", privileges: ["DELETE"] },
    { name: "b", privileges: [] },
  ];
  expect(revokeStatements(table, present)).toEqual([
    'revoke all privileges on all tables in schema "s" from "app"',
  ]);
  expect(revokeStatements({ ...table, objects: ["a", "b"] }, present)).toEqual([
    'revoke DELETE on table "s"."a" from "app"',
  ]);
});

test.each([
  { present: ["SELECT", "INSERT"], wanted: ["INSERT", "SELECT"], same: true },
  { present: ["SELECT"], wanted: ["INSERT", "SELECT"], same: false },
  { present: ["SELECT", "INSERT"], wanted: ["SELECT"], same: false },
  { present: [], wanted: [], same: true },
  { present: ["SELECT", "INSERT"], wanted: ["ALL"], same: false },
  {
    present: [
      "SELECT",
      "INSERT",
      "UPDATE",
      "DELETE",
      "TRUNCATE",
      "REFERENCES",
      "TRIGGER",
      "MAINTAIN",
    ],
    wanted: ["ALL"],
    same: true,
  },
])("$present on a table equals $wanted: $same", ({ present, wanted, same }) => {
  expect(samePrivileges("table", present, wanted)).toBe(same);
});

test("only known privileges get into a statement, whatever a state contains", () => {
  expect(() => privilegeList("table", ["SELECT", "x; drop table t"])).toThrow("is not a privilege");
});
