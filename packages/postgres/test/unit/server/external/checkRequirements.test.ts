import { expect, test } from "vitest";

import { extensions } from "../../../../../../database/extensions";
import {
  checkRequirements,
  possibleExtensions,
} from "../../../../src/server/external/checkRequirements";
import type { ExternalServer } from "../../../../src/server/external/externalServer";

const fitting: ExternalServer = {
  versionNumber: 150020,
  version: "15.20",
  connections: 97,
  walLevel: "replica",
  checksums: true,
  preloaded: ["pg_stat_statements"],
  deployRole: { superuser: false, createsRoles: true, createsDatabases: true },
  actsAsOwner: true,
  privileged: true,
  database: null,
  extensions: [
    { name: "pg_stat_statements", trusted: false },
    { name: "pgcrypto", trusted: true },
    { name: "uuid-ossp", trusted: true },
  ],
  installed: [],
  hasLookup: false,
  roles: [],
  ownedDatabases: [],
  schemas: [],
  lastDrill: { repository: null, last: null, lastSound: null },
  unrecorded: [],
};

const wishes = {
  deployRole: "deploy",
  database: "hosterizer",
  owner: "hosterizer_owner",
  extensions,
  applicationConnections: 25,
};

const judge = (found: Partial<ExternalServer>) =>
  checkRequirements({ ...fitting, ...found }, wishes).map(
    ({ level, subject, fault }) => `${level}: ${subject} ${fault}`,
  );

const role = (found: Partial<ExternalServer["deployRole"]>) => ({
  deployRole: { ...fitting.deployRole, ...found },
});

const ours = { encoding: "UTF8", collation: "C", ctype: "C", owner: "hosterizer_owner" };

test.each<[string, Partial<ExternalServer>]>([
  ["a server as a provider creates it", {}],
  ["our database, made earlier", { database: ours }],
  ["a database that need not be created", { ...role({ createsDatabases: false }), database: ours }],
  ["libraries that the deploy role may not see", { preloaded: null }],
  ["just enough connections", { connections: 35 }],
])("accepts %s", (_what, found) => {
  expect(judge(found)).toEqual([]);
});

test.each<[Partial<ExternalServer>, string]>([
  [{ versionNumber: 140023, version: "14.23" }, "refusal: server_version PostgreSQL 14.23"],
  [{ versionNumber: 160001, version: "16.1" }, "refusal: server_version PostgreSQL 16.1"],
  [role({ superuser: true }), "warning: role deploy is a superuser"],
  [role({ createsRoles: false }), "refusal: role deploy has no CREATEROLE"],
  [
    role({ createsRoles: false, createsDatabases: false }),
    "refusal: role deploy has no CREATEROLE and no CREATEDB",
  ],
  [
    { database: { ...ours, encoding: "LATIN1" } },
    "refusal: database hosterizer has encoding LATIN1",
  ],
  [
    { database: { ...ours, collation: "de_DE" } },
    "refusal: database hosterizer has encoding UTF8, collation de_DE",
  ],
  [{ database: { ...ours, ctype: "de_DE" } }, "refusal: database hosterizer has encoding"],
  [{ connections: 24 }, "refusal: max_connections leaves 24 connections"],
  [{ connections: 34 }, "warning: max_connections leaves 34 connections"],
  [{ walLevel: "minimal" }, "warning: wal_level is minimal"],
  [{ checksums: false }, "warning: data_checksums is off"],
  [{ preloaded: [""] }, "warning: shared_preload_libraries lacks pg_stat_statements"],
  [{ privileged: false }, "warning: extension pg_stat_statements only a superuser can create it"],
  [
    { extensions: fitting.extensions.slice(0, 2) },
    "warning: extension uuid-ossp is not available on the server",
  ],
])("%o", (found, line) => {
  const lines = judge(found);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(line);
});

test("names everything at once", () => {
  expect(
    judge({ connections: 1, walLevel: "minimal", ...role({ createsRoles: false }) }),
  ).toHaveLength(3);
});

test.each<[string, Partial<ExternalServer>, boolean]>([
  ["the deploy role may not create it", { privileged: false }, false],
  ["a provider's group may create it", { privileged: true }, true],
  ["a superuser has created it", { privileged: false, installed: ["pg_stat_statements"] }, true],
  ["the deploy role is a superuser", { privileged: false, ...role({ superuser: true }) }, true],
])("offers an untrusted extension if %s: %o", (_why, found, has) => {
  const names = possibleExtensions({ ...fitting, ...found }, extensions).map(({ name }) => name);
  expect(names.includes("pg_stat_statements")).toBe(has);
  expect(names).toContain("pgcrypto");
});
