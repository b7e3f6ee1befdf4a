import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { type Difference, renderDifference } from "@hosterizer/postgres/convergence/difference";
import { driftReport, withoutRepetition } from "../../../src/drift/driftReport";
import {
  grantedTo,
  memberOf,
  type PluginDifference,
  wordIn,
} from "../../../src/drift/postgresqlDifferences";

// The output of Pulumi 3.274, without the parts that the report does not use.
function printed(name: string): string {
  return readFileSync(join(__dirname, "previews", `${name}.json`), "utf8");
}

function report(name: string, code: number) {
  return driftReport("local", { code, stdout: printed(name), stderr: "" });
}

function lines(name: string): string[] {
  return report(name, 7).differences.map((found) => `${found.kind}: ${renderDifference(found)}`);
}

test("a preview without changes is clean", () => {
  expect(report("clean", 0)).toEqual({
    stack: "local",
    status: "clean",
    differences: [],
    warnings: [],
  });
});

describe("reports manual changes in PostgreSQL's terms", () => {
  test.each([
    "role CREATEDB: role app_backup: found CREATEDB, expected NOCREATEDB",
    "role BYPASSRLS: role app_readonly: found BYPASSRLS, expected NOBYPASSRLS",
    "role CONNECTION LIMIT: role app_user: found CONNECTION LIMIT 3, expected CONNECTION LIMIT -1",
    "role VALID UNTIL: role app_user: found VALID UNTIL 2099-01-01 00:00:00+00, expected VALID UNTIL infinity",
    "role setting: role app_user: found statement_timeout = 5000, expected no statement_timeout",
    "role password: role app_user: found another one, expected the declared password",
    "membership missing: role app_monitor: found no member of pg_monitor, expected member of pg_monitor",
    "membership of a role of ours: role app_user: found member of pg_read_all_data, expected no member of pg_read_all_data",
    "database attribute: database hosterizer: found CONNECTION LIMIT 20, expected CONNECTION LIMIT -1",
    "database privilege: database hosterizer: found CONNECT to PUBLIC, expected no CONNECT to PUBLIC",
    "schema privilege: schema public: found CREATE to PUBLIC, expected no CREATE to PUBLIC",
    "schema privilege: schema public: found USAGE to PUBLIC, expected no USAGE to PUBLIC",
    "table privilege: tables of schema public: found INSERT to app_readonly, expected no INSERT to app_readonly",
    "privilege missing: tables of schema public: found no INSERT to app_user, expected INSERT to app_user",
    "privilege missing: schema monitoring: found no USAGE to app_monitor, expected USAGE to app_monitor",
    "default privilege missing: default privileges of hosterizer_owner on tables in schema public: found no SELECT to app_readonly, expected SELECT to app_readonly",
    "owner: schema monitoring: found owner postgres, expected owner hosterizer_owner",
    "extension schema: extension uuid-ossp: found schema monitoring, expected schema public",
    "extension missing: extension pgcrypto is missing",
  ])("%s", (line) => {
    expect(lines("byHand")).toContain(line);
  });

  test("and nothing else", () => {
    expect(lines("byHand")).toHaveLength(19);
  });
});

test("the plugin does not repeat what the audit has found more exactly", () => {
  expect(lines("audited")).toEqual([
    expect.stringMatching(
      /^policy expression: policy context_sees_own on public\.customers: found USING true, expected USING \(\(id >= /,
    ),
    "role CREATEDB: role app_backup: found CREATEDB, expected NOCREATEDB",
    "role BYPASSRLS: role app_readonly: found BYPASSRLS, expected NOBYPASSRLS: it sees every tenant's rows",
    "role CONNECTION LIMIT: role app_user: found CONNECTION LIMIT 3, expected CONNECTION LIMIT -1",
    "role VALID UNTIL: role app_user: found VALID UNTIL '2099-01-01 00:00:00+00', expected VALID UNTIL 'infinity'",
    "membership of a role of ours: role app_user: found member of pg_read_all_data, expected no member of pg_read_all_data",
    "role setting: setting statement_timeout of role app_user is not declared, found 5s",
    "database privilege: database hosterizer: found CONNECT to PUBLIC, expected no CONNECT to PUBLIC",
    "schema privilege: schema public: found CREATE, USAGE to PUBLIC, expected no CREATE, USAGE to PUBLIC",
    "table privilege: table public.users: found INSERT to app_readonly, expected no INSERT to app_readonly",
    "membership missing: role app_monitor: found no member of pg_monitor, expected member of pg_monitor",
    "role password: role app_user: found another one, expected the declared password",
    "database attribute: database hosterizer: found CONNECTION LIMIT 20, expected CONNECTION LIMIT -1",
    "extension schema: extension uuid-ossp: found schema monitoring, expected schema public",
    "extension missing: extension pgcrypto is missing",
    "owner: schema monitoring: found owner postgres, expected owner hosterizer_owner",
    "default privilege missing: default privileges of hosterizer_owner on tables in schema public: found no SELECT to app_readonly, expected SELECT to app_readonly",
    "privilege missing: tables of schema public: found no INSERT to app_user, expected INSERT to app_user",
    "privilege missing: schema monitoring: found no USAGE to app_monitor, expected USAGE to app_monitor",
  ]);
});

test("reports dropped objects as missing, with the privileges that were dropped with them", () => {
  expect(lines("standing")).toEqual(
    expect.arrayContaining([
      'not looked at yet: row-level security: found not looked at yet (permission denied for database "hosterizer"), expected a look at it',
      "role missing: role app_monitor is missing",
      "schema missing: schema monitoring is missing",
      "extension missing: extension pg_stat_statements is missing",
      "owner: database hosterizer: found owner postgres, expected owner hosterizer_owner",
      "privilege missing: schema monitoring: found no USAGE to app_monitor, expected USAGE to app_monitor",
    ]),
  );
});

test("reports a warning as a warning", () => {
  expect(report("byHand", 7).warnings).toEqual(["server version 15.18 is below 15.20"]);
});

test("reveals nothing about a secret", () => {
  const { differences } = report("byHand", 7);

  expect(differences.find(({ kind }) => kind === "role password")).toEqual({
    kind: "role password",
    object: "role app_user",
    expected: "the declared password",
    actual: "another one",
    repair: "automatic",
  });
  expect(JSON.stringify(differences)).not.toContain("[secret]");
});

describe("an unknown state is broken, never clean", () => {
  test("a server that cannot be reached is named once, with host and port", () => {
    expect(report("stopped", 1)).toMatchObject({
      status: "broken",
      differences: [],
      error: "cannot reach the PostgreSQL server at 127.0.0.1:6101: nothing listens on that port",
    });
  });

  test("a program that throws is named without its stack trace", () => {
    const { status, error } = report("thrown", 1);

    expect(status).toBe("broken");
    expect(error).toMatch(/failed with an unhandled exception:\nError: boom$/);
  });

  test("a resource that refuses its inputs is told in our own words alone", () => {
    const message =
      "error: pulumi-nodejs:dynamic/hosterizer:Migrations resource 'migrations' has a problem: \n" +
      "000010_note: no drill has restored stack dev.\nRun one.";
    const stdout = JSON.stringify({ steps: [], diagnostics: [{ severity: "error", message }] });

    expect(driftReport("dev", { code: 255, stdout, stderr: "" }).error).toBe(
      "000010_note: no drill has restored stack dev.\nRun one.",
    );
  });

  test.each([
    {
      what: "nothing at all",
      stdout: "",
      stderr: "error: no such stack\n",
      error: "no such stack",
    },
    { what: "something else", stdout: "[1]", stderr: "", error: /exit code 255/ },
    { what: "a preview that was cut off", stdout: '{"steps": [', stderr: "", error: /exit code/ },
  ])("Pulumi prints $what", ({ stdout, stderr, error }) => {
    const told = driftReport("local", { code: 255, stdout, stderr });

    expect(told.status).toBe("broken");
    expect(told.error).toMatch(error);
  });

  test("an exit code of 0 without a preview", () => {
    expect(driftReport("local", { code: 0, stdout: "", stderr: "" }).status).toBe("broken");
  });
});

test("a change without a step that explains it is still drift", () => {
  const { status, differences } = report("clean", 7);

  expect(status).toBe("drift");
  expect(differences).toHaveLength(1);
});

function own(object: string, expected: string | null, actual: string | null): Difference {
  return { kind: "table privilege", object, expected, actual, repair: "automatic" };
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

test("does not show how the plugin's findings are matched", () => {
  const [bare] = withoutRepetition([], [granted]);

  expect({ ...bare, about: granted.about }).toEqual(granted);
  expect(bare).not.toHaveProperty("about");
});

test("reports the same difference of two resources once", () => {
  const twice = own("the database", "a look at it", "not looked at yet");

  expect(withoutRepetition([twice, { ...twice }], [])).toEqual([twice]);
});
