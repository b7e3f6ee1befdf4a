import { expect, test } from "vitest";

import { accessKinds, settingKinds } from "../../../src/audit/audit";
import { serverSettingsKinds } from "../../../src/server/container/serverSettings";
import { poolerKinds } from "../../../src/pooler/userLookup";
import { rowLevelSecurityKinds } from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { schemaKinds } from "../../../src/schema/schemaRules";
import type { Difference } from "../../../src/convergence/difference";
import { isLeak } from "../../../src/audit/leaks";
import { sessionKinds } from "../../../src/audit/sessions";

const found = { object: "x", expected: "one", actual: "another", repair: "automatic" } as const;

test("of the access kinds only these open nothing: a new kind must be classified", () => {
  const kinds = [
    ...rowLevelSecurityKinds,
    ...accessKinds,
    ...poolerKinds,
    ...settingKinds,
    ...serverSettingsKinds,
    ...sessionKinds,
  ];
  expect(kinds.filter((kind) => !isLeak({ ...found, kind }))).toEqual([
    "policy missing",
    "policy permissive",
    "context function missing",
    "tenant column without NOT NULL",
    "tenant column without index",
    "tenant column without foreign key",
    "login of the migrator",
    "privilege missing",
    "default privilege missing",
    "role CONNECTION LIMIT",
    "role VALID UNTIL",
    "foreign key of others",
    "subscription",
    "facility missing",
    "lookup function missing",
    ...settingKinds,
    "server not reachable",
    "server setting",
    "server setting not declared",
    "settings file",
  ]);
});

test("no column or index opens a table", () => {
  expect(schemaKinds.filter((kind) => isLeak({ ...found, kind }))).toEqual([]);
});

test.each<Partial<Difference> & { leaks: boolean } & Pick<Difference, "kind">>([
  { kind: "role LOGIN", actual: "LOGIN", leaks: true },
  { kind: "role LOGIN", actual: "NOLOGIN", leaks: false },
  { kind: "role BYPASSRLS", actual: "BYPASSRLS", leaks: true },
  {
    kind: "policy missing",
    expected: "RESTRICTIVE FOR ALL TO app_user",
    actual: null,
    leaks: true,
  },
  {
    kind: "policy missing",
    expected: "PERMISSIVE FOR ALL TO app_user",
    actual: null,
    leaks: false,
  },
  { kind: "policy permissive", actual: "PERMISSIVE", leaks: true },
  { kind: "policy permissive", actual: "RESTRICTIVE", leaks: false },
  { kind: "lookup privilege", actual: "UPDATE", expected: null, leaks: true },
  { kind: "lookup privilege", actual: null, leaks: false },
  { kind: "connection rule missing", actual: null, leaks: true },
  { kind: "role password", actual: "no password", leaks: false },
  { kind: "role password", actual: "an md5 password", leaks: true },
  { kind: "role setting", object: "setting app.current_user_role of role app_user", leaks: true },
  { kind: "role setting", object: "setting work_mem of role app_user", leaks: false },
])("$kind, found as $actual, leaks: $leaks", ({ leaks, ...difference }) => {
  expect(isLeak({ ...found, ...difference })).toBe(leaks);
});
