import { expect, test } from "vitest";

import { contextFunctions, contextObjects } from "../../../src/rowLevelSecurity/contextFunctions";
import type { Tenancy } from "../../../src/rowLevelSecurity/tenancy";

const tenancy: Tenancy = {
  administrators: "session",
  tables: [],
  tenantRoles: ["app_user"],
  administratorRoles: ["app_admin"],
  backupRoles: ["app_backup"],
};
const declared = (changed: Partial<Tenancy>) =>
  contextFunctions({ tenancy: { ...tenancy, ...changed }, owner: "owner" });

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

test("every function is stable and parallel safe, and in the list of the schema's objects", () => {
  const functions = declared({});
  for (const { attributes } of functions) {
    expect(attributes).toMatchObject({ volatility: "STABLE", parallel: "PARALLEL SAFE" });
  }
  expect(contextObjects).toEqual(
    functions.map(({ schema, name }) => `function ${schema}.${name}()`),
  );
});
