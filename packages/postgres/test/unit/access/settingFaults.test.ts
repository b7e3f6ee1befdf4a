import { expect, test } from "vitest";

import { roles } from "../../../../../database/roles";
import { settings } from "../../../../../database/settings";
import { tenancy } from "../../../../../database/tenancy";
import { settingFaults } from "../../../src/access/settingFaults";

test("what this project declares has no faults", () => {
  expect(settingFaults(settings, roles)).toEqual([]);
});

const setting = (name: string, role?: string) => ({
  name,
  value: "1",
  purpose: "",
  ...(role === undefined ? {} : { role }),
});

test.each([
  [setting("work_mem")],
  [setting("app.current_user_role", "app_user")],
  [setting("TimeZone")],
])("accepts %j", (its) => {
  expect(settingFaults([its], roles)).toEqual([]);
});

test.each([
  [setting("work mem"), "no name of a setting"],
  [setting("x; drop table y"), "no name of a setting"],
  [setting("work_mem", "nobody"), 'no role "nobody" is declared'],
  [setting("search_path"), "its value is a list"],
])("refuses %j", (its, fault) => {
  expect(settingFaults([its], roles).map(({ message }) => message)).toEqual([
    expect.stringContaining(fault),
  ]);
});

test("refuses the same setting twice, but not once for all and once for a role", () => {
  const all = [setting("work_mem"), setting("work_mem", "app_user"), setting("work_mem")];
  expect(settingFaults(all, roles).map(({ message }) => message)).toEqual([
    expect.stringContaining('setting "work_mem" in database/settings.ts: declared twice'),
  ]);
});

test("tenants' roles begin no parallel workers, where they are bound by bounds", () => {
  const its = settings.filter(({ name }) => name === "max_parallel_workers_per_gather");
  expect(tenancy.administrators).toBe("session");
  expect(its.map(({ role, value }) => [role, value])).toEqual(
    tenancy.tenantRoles.map((role) => [role, "0"]),
  );
});
