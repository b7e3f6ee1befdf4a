import { expect, test } from "vitest";

import type { Difference } from "@hosterizer/postgres/convergence/difference";
import { withoutRepetition } from "../../../src/drift/driftReport";
import {
  grantedTo,
  memberOf,
  type PluginDifference,
  wordIn,
} from "../../../src/drift/postgresqlDifferences";

function own(object: string, expected: string | null, actual: string | null): Difference {
  return { kind: "found by the audit", object, expected, actual, repair: "automatic" };
}

const granted: PluginDifference = {
  kind: "table privilege",
  object: "tables of schema public",
  expected: "no INSERT to app_readonly",
  actual: "INSERT to app_readonly",
  repair: "automatic",
  about: [memberOf("public"), grantedTo("app_readonly"), wordIn("INSERT")],
};

test.each([
  { exact: own("table public.users", null, "INSERT to app_readonly"), kept: false },
  { exact: own('table public."Users"', null, "INSERT to app_readonly"), kept: false },
  { exact: own("table public.users", "no INSERT", "SELECT, INSERT to app_readonly"), kept: false },
  { exact: own("table public.users", null, "UPDATE to app_readonly"), kept: true },
  { exact: own("table public.users", null, "INSERT to app_readonly_too"), kept: true },
  { exact: own("table other.public_users", null, "INSERT to app_readonly"), kept: true },
  { exact: own("table public.users", "INSERT to app_readonly", null), kept: true },
])("$exact.object with $exact.actual: the plugin's is kept: $kept", ({ exact, kept }) => {
  const all = withoutRepetition([exact], [granted]);

  expect(all).toHaveLength(kept ? 2 : 1);
  expect(all[0]).toEqual(exact);
});

test("how the plugin's are known again is not shown", () => {
  const [bare] = withoutRepetition([], [granted]);

  expect({ ...bare, about: granted.about }).toEqual(granted);
  expect(bare).not.toHaveProperty("about");
});

test("the same from two resources is said once", () => {
  const twice = own("the database", "a look at it", "not looked at yet");

  expect(withoutRepetition([twice, { ...twice }], [])).toEqual([twice]);
});
