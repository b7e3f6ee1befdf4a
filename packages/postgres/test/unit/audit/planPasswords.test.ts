import { expect, test } from "vitest";

import type { RoleDeclaration } from "../../../src/access/declarations";
import { planPasswords } from "../../../src/audit/planPasswords";
import type { FoundPassword } from "../../../src/audit/readPasswords";

const roles: readonly RoleDeclaration[] = [
  { name: "app", login: true, purpose: "" },
  { name: "pooler", login: true, authenticates: "certificate", purpose: "" },
  { name: "group", login: false, purpose: "" },
];

const plan = (name: string, kept: FoundPassword["kept"]) => planPasswords([{ name, kept }], roles);

test.each([
  ["app", "SCRAM-SHA-256"],
  ["pooler", "no password"],
  ["group", "no password"],
  ["group", "md5"],
] as const)("role %s with %s is as it should be", (name, kept) => {
  expect(plan(name, kept)).toEqual([]);
});

test.each(["md5", "no password", "another form"] as const)(
  "a role with %s that logs in by password gets its own back from its resource",
  (kept) => {
    expect(plan("app", kept)).toEqual([
      expect.objectContaining({ expected: "a SCRAM-SHA-256 password", repair: "automatic" }),
    ]);
    expect(plan("app", kept)[0]).not.toHaveProperty("sql");
  },
);

test.each(["SCRAM-SHA-256", "md5", "another form"] as const)(
  "a role with %s that logs in by certificate alone loses it",
  (kept) => {
    expect(plan("pooler", kept)).toEqual([
      expect.objectContaining({
        kind: "role password",
        object: "role pooler",
        expected: "no password",
        repair: "automatic",
        sql: 'alter role "pooler" password null',
      }),
    ]);
  },
);
