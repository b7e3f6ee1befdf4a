import { expect, test } from "vitest";

import {
  actsAs,
  contextFunctions,
  contextObjects,
} from "../../../src/rowLevelSecurity/contextFunctions";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

const tenancy: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: ["app_user"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
const all = (changed: Partial<Tenancy>) =>
  contextFunctions({ tenancy: { ...tenancy, ...changed }, owner: "owner" });
/** Those about the context; the other is about the role. */
const declared = (changed: Partial<Tenancy>) =>
  all(changed).filter(({ name }) => name !== "acts_as");

test.each<[Tenancy["administrators"], string[]]>([
  ["session", ["app_user", "owner"]],
  ["role", ["app_user", "app_admin", "owner"]],
])("with administrators by %s, %j may execute each function", (administrators, executors) => {
  for (const one of declared({ administrators })) expect(one.executors).toEqual(executors);
});

test("functions that verify tokens run with the owner's rights, and have their own search_path", () => {
  for (const { attributes, settings, body } of declared({ context: "signed" })) {
    expect(attributes.security).toBe("SECURITY DEFINER");
    expect(settings).toEqual(["search_path=pg_catalog, pg_temp"]);
    expect(body).toContain("current_setting('app.context', true)");
  }
});

test("functions that trust the session run with the caller's rights, and name every operator's schema", () => {
  for (const { attributes, settings, body } of declared({})) {
    expect(attributes.security).toBe("SECURITY INVOKER");
    expect(settings).toEqual([]);
    expect(body).not.toMatch(/ (=|~|<=) /);
  }
});

test("every function about the context is stable and parallel safe", () => {
  for (const { attributes } of declared({})) {
    expect(attributes).toMatchObject({ volatility: "STABLE", parallel: "PARALLEL SAFE" });
  }
});

test.each(["session", "signed"] as const)(
  "with contexts by %s, a role is that of the session, and any role may ask for it",
  (context) => {
    const roles = all({ context }).find(({ name }) => name === "acts_as");
    expect(roles).toMatchObject({
      settings: [],
      executors: ["public"],
      attributes: { security: "SECURITY INVOKER", volatility: "IMMUTABLE" },
    });
  },
);

test("every function is in the list of the schema's objects", () => {
  expect(contextObjects.map((object) => object.replace(/\(.*/, ""))).toEqual(
    all({}).map(({ schema, name }) => `function ${schema}.${name}`),
  );
});

test.each([
  [["b", "a", "b"], "'{a,b}'"],
  [[], "'{}'"],
  [["null", "a b", "c,d", "{e}", ""], `'{"","a b","c,d","null","{e}"}'`],
  [["it's"], "'{it''s}'"],
  [['say "x"', "back\\slash"], String.raw`'{"back\\slash","say \"x\""}'`],
])("the roles %j are written as PostgreSQL prints them", (roles, literal) => {
  expect(actsAs(roles)).toBe(`tenancy.acts_as(${literal}::name[])`);
});
