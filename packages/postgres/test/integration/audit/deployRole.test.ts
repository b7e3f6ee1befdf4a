import { afterAll, beforeAll, expect, test } from "vitest";

import type { Connection } from "../../../src/connection/connection";
import { createAuditedDatabase } from "./auditedDatabase";

// As on a managed server: the deploy role is not a superuser, but a member of the owner that may create roles.
let database: Awaited<ReturnType<typeof createAuditedDatabase>>;
let deploy: Connection & { user: string };
let reader: string;

beforeAll(async () => {
  database = await createAuditedDatabase();
  deploy = await database.role("deploy", "createdb createrole");
  reader = database.own("app_readonly");
  await database.run(`grant ${database.owner} to ${deploy.user}`);
});

afterAll(() => database.drop());

test("a role that is not a superuser finds nothing if nothing is wrong", async () => {
  expect(await database.linesAs(deploy)).toEqual([]);
});

test("it repairs what the owner and CREATEROLE allow", async () => {
  const stranger = await database.role("stranger");
  await database.run(`grant update on public.users to ${reader};
    grant usage on schema public to public;
    grant connect on database ${database.name} to ${stranger.user};
    alter default privileges for role ${database.owner} in schema public
      grant truncate on tables to ${reader};
    grant ${database.owner} to ${stranger.user};
    alter role ${reader} createdb connection limit 3;
    alter role ${reader} set row_security = off;
    alter database ${database.name} set search_path = public;
    set role ${database.owner};
    create view public.domains as select domain from public.sites`);
  const lines = await database.linesAs(deploy);
  await database.repair(deploy);

  // The view was created with the default privileges of that time, which lack those of two roles.
  expect(lines).toHaveLength(13);
  expect(lines.filter((line) => line.includes("leaves"))).toEqual([]);
  expect(await database.linesAs(deploy)).toEqual([]);
});

test("says who can repair what it cannot, and repairs the rest", async () => {
  await database.run(`alter role ${reader} bypassrls;
    alter role ${reader} set session_replication_role = replica;
    alter role ${database.own("app_backup")} password null;
    grant select on pg_catalog.pg_authid to ${reader};
    create table public.strange (x integer);
    grant delete on public.users to ${reader}`);
  const left = [
    `role ${reader}: found BYPASSRLS, expected NOBYPASSRLS: only a superuser can repair it (up leaves it)`,
    `setting session_replication_role of role ${reader} is not declared, found replica: only a superuser can repair it (up leaves it)`,
    `table public.strange: found owner postgres, expected owner ${database.owner}: ` +
      `only a member of postgres and ${database.owner}, or a superuser, can repair it (up leaves it)`,
    `table pg_catalog.pg_authid: found SELECT to ${reader}, expected no SELECT to ${reader}: ` +
      "only its owner postgres or a superuser can repair it (up leaves it)",
  ];
  const more = `table public.users: found DELETE to ${reader}, expected no DELETE to ${reader}`;
  expect(await database.linesAs(deploy)).toEqual([...left, more]);

  await database.repair(deploy);
  expect(await database.linesAs(deploy)).toEqual(left);
  await database.run(`alter role ${database.own("app_backup")} password 'as the resource does'`);
  // A superuser can; from its point of view the deploy role's membership is undeclared.
  await database.repair();
  await database.run(`grant ${database.owner} to ${deploy.user}`);
  expect(await database.linesAs(deploy)).toEqual([]);
});
