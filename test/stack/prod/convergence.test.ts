import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress, type Connection } from "../../../postgres/connection";
import { asRole, customer } from "../../integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { connectionOfShell } from "../connectionOfShell";
import type { Project } from "../project";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

let server: ManagedServer;
let project: Project;
let firstUp: string;
const stack = ["--", "--stack", "prod"];
const inDatabase = (): Connection => ({ ...server.superuser, database: "hosterizer" });

const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer();
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server);
  undo.push(() => project.remove());
  firstUp = await project.succeed("up", ...stack, "--yes", "--skip-preview");
});

// Also what a failed beginning has left.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

test("a role that is no superuser makes the whole database", async () => {
  expect(firstUp).toMatch(/\+ \d+ created/);
  const versions = "select max(name) as last from hosterizer.schema_migrations";
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ last: "000009_index_policy_rules" }]);
  const attributes = `select rolsuper or rolbypassrls or rolreplication as any from pg_roles where rolname = 'deploy'`;
  expect(await rowsOf(inDatabase(), attributes)).toEqual([{ any: false }]);
});

test("what only a superuser could do is left out, with the statement that one would run", () => {
  expect(firstUp).toContain("extension pg_stat_statements only a superuser can create it");
  expect(firstUp).toContain('create extension "pg_stat_statements" schema "monitoring"');
});

test("a second update finds no drift, and changes nothing", async () => {
  expect(await project.succeed("up", ...stack, "--yes", "--skip-preview")).toMatch(
    /Resources:\n\s+\d+ unchanged/,
  );
});

test("an extension that a superuser has made since is taken over", async () => {
  await rowsOf(inDatabase(), "create extension pg_stat_statements schema monitoring");
  const output = await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(output).toContain("database-pg_stat_statements");
  expect(output).not.toContain("only a superuser can create it");
});

test("an application logs in over TLS, and sees one customer's rows", async () => {
  const line = 'eval "$(npm run -s db -- env --stack prod)"';
  const { stdout } = await project.shell(
    `${line} && echo "$DB_SSLMODE $DB_SSLROOTCERT $PGSSLMODE"`,
  );
  expect(stdout).toBe(`verify-full ${server.authorityFile} verify-full`);
  const application = {
    ...(await connectionOfShell(project, line)),
    sslmode: "verify-full",
    sslrootcert: server.authorityFile,
  } as const;
  await rowsOf(inDatabase(), twoCustomers);
  const seen = await asRole(clientAddress(application), customer(1), async (session) => {
    return (await session.query("select domain from public.sites")).rows as object[];
  });
  expect(seen).toEqual([{ domain: "site1.example.com" }]);
});

test("a migration that would lock a large table for long is refused with its size, until it is mended", async () => {
  await rowsOf(
    inDatabase(),
    `insert into public.users (email, full_name, password_hash)
       select 'many' || n || '@example.com', 'x', 'x' from generate_series(1, 12000) as n;
     analyze public.users`,
  );
  const name = "migrations/000010_check_names";
  await project.write(
    `${name}.up.sql`,
    "alter table public.users add constraint users_named check (full_name <> '');\n",
  );
  await project.write(
    `${name}.down.sql`,
    "alter table public.users drop constraint users_named;\n",
  );
  for (const command of ["preview", "up"]) {
    const yes = command === "up" ? ["--yes", "--skip-preview"] : [];
    const { code, output } = await project.npm(command, ...stack, ...yes);
    expect(code).not.toBe(0);
    expect(output).toContain(`${name}.up.sql:1: it locks public.users with about 120`);
    expect(output).toContain("-- safety: scans-table because …");
  }
  const versions = "select count(*)::int as n from hosterizer.schema_migrations";
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ n: 9 }]);
  await project.edit(`${name}.up.sql`, "(full_name <> '')", "(full_name <> '') not valid");
  await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ n: 10 }]);
});

test("what is done by hand is named, and put right by the deploy role", async () => {
  await rowsOf(
    inDatabase(),
    `grant truncate on public.sites to app_user;
     alter table public.sites no force row level security;
     drop policy context_sees_own on public.deployments`,
  );
  const { code, output } = await project.npm("drift", ...stack);
  expect(code).toBe(7);
  expect(output).toContain("table public.sites: found TRUNCATE to app_user");
  expect(output).toContain("table public.sites: found row-level security not forced");
  expect(output).toContain("policy context_sees_own on public.deployments is missing");
  await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect((await project.npm("drift", ...stack)).code).toBe(0);
});

test("a token that is another one each time is asked for each time", async () => {
  const token = join(project.directory, "token");
  await project.write("token", `${server.deploy.password}\n`);
  await configure(project, server, { deployPasswordCommand: `cat ${token}` });
  expect((await project.npm("drift", ...stack)).code).toBe(0);
  await rowsOf(server.superuser, "alter role deploy password 'another'");
  await project.write("token", "another\n");
  expect((await project.npm("drift", ...stack)).code).toBe(0);
  const state = join(".hosterizer/state/.pulumi/stacks/hosterizer-database/prod.json");
  const kept = await readFile(join(project.directory, state), "utf8");
  for (const secret of [server.deploy.password, "another"]) expect(kept).not.toContain(secret);
  expect(project.transcript.join("")).not.toContain(server.deploy.password);
});

test("nothing in it is removed, neither by destroy nor by plain Pulumi", async () => {
  const before = await everything();
  const { code, output } = await project.npm("destroy", ...stack, "--yes");
  expect(code).toBe(1);
  expect(output).toContain("Stack prod has a server that is not its own");
  const plain = await project.shell(
    "node toolchain/run.mjs pulumi destroy --stack prod --yes --skip-preview",
  );
  expect(plain.code).not.toBe(0);
  expect(plain.output).toContain("protected");
  expect(await everything()).toEqual(before);
});

/** Rows, roles and privileges. */
function everything(): Promise<object[]> {
  return rowsOf(
    inDatabase(),
    `select (select count(*) from public.sites) as sites,
            (select array_agg(rolname::text order by rolname) from pg_roles where rolname ~ '^(app|hosterizer)_') as roles,
            (select array_agg(relacl::text order by relname) from pg_class where relnamespace = 'public'::regnamespace) as privileges`,
  );
}
