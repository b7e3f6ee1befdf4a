import { afterAll, beforeAll, expect, test } from "vitest";

import type { SettingDeclaration } from "../../../src/access/declarations";
import { readWarnings } from "../../../src/audit/warnings";
import { withClient } from "../../../src/connection/connection";
import { rowsOf } from "../testDatabase";
import { createAuditedDatabase } from "./auditedDatabase";

let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let application: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  application = database.own("app_user");
});

afterAll(() => database.drop());

test.each([
  {
    sql: () => `alter database ${database.name} set row_security = off`,
    line: () => `setting row_security of database ${database.name} is not declared, found off`,
  },
  {
    sql: () => `alter role ${application} set session_replication_role = replica`,
    line: () =>
      `setting session_replication_role of role ${application} is not declared, found replica`,
  },
  {
    sql: () =>
      `alter role ${application} in database ${database.name} set app.current_user_role = 'administrator'`,
    line: () =>
      `setting app.current_user_role of role ${application} in database ${database.name} is not declared, found administrator`,
  },
])("names and resets an undeclared setting ($#)", async ({ sql, line }) => {
  await database.run(sql());
  expect(await database.lines()).toEqual([line()]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("resets default_transaction_read_only, although it applies to the repair's session too", async () => {
  await database.run(`alter database ${database.name} set default_transaction_read_only = on`);
  await database.repair();
  expect(await database.lines()).toEqual([]);
});

test("names and sets a declared setting that is missing or has another value", async () => {
  const settings: SettingDeclaration[] = [
    { name: "lock_timeout", value: "5s", purpose: "" },
    { name: "work_mem", value: "8MB", role: application, purpose: "" },
  ];
  const declared = { ...database.audit, databaseSettings: settings };
  await database.run(`alter database ${database.name} set lock_timeout = '1s'`);
  const lines = await database.lines(declared);
  await database.repair(database.superuser, declared);
  const repaired = await database.lines(declared);
  const [row] = await rowsOf<{ lock: string; memory: string }>(
    database.session("app_user"),
    "select current_setting('lock_timeout') as lock, current_setting('work_mem') as memory",
  );
  await database.repair();

  expect(lines).toEqual([
    `setting lock_timeout of database ${database.name}: found 1s, expected 5s`,
    `setting work_mem of role ${application} in database ${database.name} is missing, expected 8MB`,
  ]);
  expect(repaired).toEqual([]);
  expect(row).toEqual({ lock: "5s", memory: "8MB" });
  expect(await database.lines()).toEqual([]);
});

test("ignores the settings of other roles and databases", async () => {
  const stranger = await database.role("stranger");
  await database.run(`alter role ${stranger.user} set row_security = off;
    alter role ${stranger.user} in database ${database.name} set work_mem = '1MB'`);
  expect(await database.lines()).toEqual([]);
});

test("names an extension of an older version and updates it", async () => {
  await database.run(`drop extension pg_stat_statements;
    create extension pg_stat_statements schema monitoring version '1.9'`);
  expect(await database.lines()).toEqual([
    "extension pg_stat_statements: found version 1.9, expected version 1.10",
  ]);

  await database.repair();
  expect(await database.lines()).toEqual([]);
});

const declaring = (name: string, version: string) => ({
  ...database.audit,
  extensions: database.audit.extensions.map((extension) =>
    extension.name === name ? { ...extension, version } : extension,
  ),
});

test("leaves a declared version that the server does not have, and repairs the rest", async () => {
  const declared = declaring("pgcrypto", "9.9");
  await database.run(`grant update on public.users to ${database.own("app_readonly")}`);
  const left =
    "extension pgcrypto: found version 1.3, expected version 9.9: " +
    "the server has version 1.3; declare that in database/extensions.ts (up leaves it)";
  const lines = await database.lines(declared);
  await database.repair(database.superuser, declared);

  expect(lines).toHaveLength(2);
  expect(lines).toContain(left);
  expect(await database.lines(declared)).toEqual([left]);
});

test("leaves a declared version without an update script", async () => {
  expect(await database.lines(declaring("pg_stat_statements", "1.9"))).toEqual([
    "extension pg_stat_statements: found version 1.10, expected version 1.9: " +
      "no update script leads from 1.10 to 1.9; declare 1.10 in database/extensions.ts, or reinstall it (up leaves it)",
  ]);
});

test("names an undeclared extension and leaves it", async () => {
  await database.run("create extension citext schema public");
  const lines = [
    "extension citext is not declared, found version 1.6: drop it, or declare it in database/extensions.ts (up leaves it)",
  ];
  expect(await database.lines()).toEqual(lines);

  await database.repair();
  expect(await database.lines()).toEqual(lines);
  await database.run("drop extension citext");
});

test("warns of a server below 15.20, and of an old extension whose version is left open", async () => {
  await database.run(`drop extension pg_stat_statements;
    create extension pg_stat_statements schema monitoring version '1.9'`);
  const warn = (extensions: typeof database.audit.extensions) =>
    withClient(database.superuser, "test", (client) => readWarnings(client, { extensions }));
  const [server] = await rowsOf<{ old: boolean; version: string }>(
    database.superuser,
    `select current_setting('server_version_num')::int < 150020 as old, current_setting('server_version') as version`,
  );
  const ofServer = server?.old === true ? [`server version ${server.version} is below 15.20`] : [];
  const beginnings = (warnings: string[]) => warnings.map((warning) => warning.split(/[:;]/)[0]);

  expect(beginnings(await warn(database.audit.extensions))).toEqual(ofServer);
  expect(beginnings(await warn([]))).toEqual([
    ...ofServer,
    "extension pg_stat_statements has version 1.9, and the server has 1.10",
  ]);
});
