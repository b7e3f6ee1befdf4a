import { expect, test } from "vitest";

import { planSettings } from "../../../src/audit/settings";

const setting = (its: object) => ({
  database: "db",
  role: null,
  name: "work_mem",
  value: "1MB",
  resettable: true,
  ...its,
});
const declared = { name: "work_mem", value: "1MB", purpose: "" };

test.each([
  { what: "nothing set, nothing declared", found: [], wanted: [] },
  { what: "what is declared", found: [setting({})], wanted: [declared] },
  {
    what: "what is declared for a role",
    found: [setting({ role: "app" })],
    wanted: [{ ...declared, role: "app" }],
  },
])("finds nothing wrong with $what", ({ found, wanted }) => {
  expect(planSettings(found, wanted, "db")).toEqual([]);
});

test.each([
  [setting({}), 'alter database "db" reset "work_mem"'],
  [setting({ database: null, role: "app" }), 'alter role "app" reset "work_mem"'],
  [setting({ role: "app" }), 'alter role "app" in database "db" reset "work_mem"'],
  [setting({ name: "app.who" }), 'alter database "db" reset "app"."who"'],
])("resets %j", (found, sql) => {
  expect(planSettings([found], [], "db")).toMatchObject([{ sql, repair: "automatic" }]);
});

test("a declaration for the database does not cover a role, nor one for a role another role", () => {
  const found = [setting({ role: "app" }), setting({})];
  const findings = planSettings(found, [{ ...declared, role: "other" }], "db");
  expect(findings.map(({ kind }) => kind)).toEqual([
    "role setting in the database",
    "database setting",
    "setting missing",
  ]);
});

test.each([
  { found: [], actual: null, kind: "setting missing" },
  { found: [setting({ value: "2MB" })], actual: "2MB", kind: "setting value" },
])("sets what is declared, with its quotes ($kind)", ({ found, actual, kind }) => {
  expect(planSettings(found, [{ ...declared, value: "it's" }], "db")).toMatchObject([
    { kind, actual, expected: "it's", sql: `alter database "db" set "work_mem" to 'it''s'` },
  ]);
});

test.each([
  [setting({ database: null }), "it applies to every role of the server, not just to this stack"],
  [setting({ resettable: false }), "only a superuser can repair it"],
])("leaves %j", (found, reason) => {
  expect(planSettings([found], [], "db")).toMatchObject([{ repair: "none", reason }]);
});
