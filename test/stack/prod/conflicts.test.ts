import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { catalogHash } from "@hosterizer/postgres/connection/catalogStamp";
import {
  clientAddress,
  type Connection,
  withClient,
} from "@hosterizer/postgres/connection/connection";
import { convergeLock } from "@hosterizer/postgres/convergence/converge";
import { twoCustomers } from "../../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { killFirstUp } from "../killFirstUp";
import type { Project, Run } from "../project";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

const stack = ["--", "--stack", "prod"];
const up = ["up", ...stack, "--yes", "--skip-preview"] as const;
let server: ManagedServer;
let undo: (() => Promise<void>)[];

/** A server for the tests of one describe. */
function onServerOfItsOwn(): void {
  beforeAll(async () => {
    undo = [];
    server = await startManagedServer();
    undo.push(() => server.remove());
    process.env[passwordVariable] = server.deploy.password;
  });

  // Runs after a failed set-up, too.
  afterAll(async () => {
    for (const remove of undo.reverse()) await remove();
  });
}

async function another(keys = {}): Promise<Project> {
  const project = await makeProdProject(server, keys);
  undo.push(() => project.remove());
  return project;
}

const inDatabase = (database = "hosterizer"): Connection => ({ ...server.superuser, database });

/** What a conflict must leave unchanged: roles, memberships and databases, and the catalog of one database. */
async function everything(database?: string): Promise<object[]> {
  const cluster = await rowsOf(
    server.superuser,
    `select rolname::text as name, rolcanlogin::text as fact from pg_roles where rolname !~ '^pg_'
     union all select datname, datdba::regrole::text from pg_database
     union all select roleid::regrole::text, member::regrole::text from pg_auth_members order by 1, 2`,
  );
  if (database === undefined) return cluster;
  const relations = `select relname::text as name, relowner::regrole::text as fact from pg_class
    where relnamespace in (select oid from pg_namespace where nspname !~ '^(pg_|information)') order by 1`;
  const hash = await withClient(inDatabase(database), "test", (client) => catalogHash(client));
  return [...cluster, ...(await rowsOf(inDatabase(database), relations)), { hash }];
}

/** Expects a command to fail without changing anything, and returns its output. */
async function refusal(command: () => Promise<Run>, database?: string): Promise<string> {
  const before = await everything(database);
  const { code, output } = await command();
  expect(code).not.toBe(0);
  expect(await everything(database)).toEqual(before);
  return output;
}

const plainPulumi = (project: Project, line: string) =>
  project.shell(`eval "$(npm run -s shell -- --stack prod --print)" && ${line}`);

describe("a server with objects of others", () => {
  let project: Project;
  onServerOfItsOwn();

  test("preview and up name existing roles and a golang-migrate database before anything changes", async () => {
    await rowsOf(server.superuser, "create role app_user login; create role app_readonly login");
    await rowsOf(
      server.superuser,
      "create database hosterizer template template0 encoding 'UTF8' locale 'C'",
    );
    await rowsOf(
      inDatabase(),
      `create table public.schema_migrations (version bigint primary key, dirty boolean not null);
       insert into public.schema_migrations values (7, false);
       create table public.users (id bigint);
       create schema monitoring`,
    );
    project = await another();
    const plain = "pulumi up --yes --skip-preview --non-interactive";
    for (const way of [() => project.npm("preview", ...stack), () => plainPulumi(project, plain)]) {
      const output = await refusal(way, "hosterizer");
      expect(output).toContain(
        "roles app_readonly, app_user: exist already, and the state of stack prod does not have them",
      );
      expect(output).toContain(
        "database hosterizer: exists already, and the state of stack prod does not have it; it belongs to postgres, and has the schema monitoring",
      );
      expect(output).toContain(
        "the database already has tables: public.schema_migrations, public.users",
      );
      expect(output).not.toContain("already exists (SQLSTATE");
    }
    const adopted = await refusal(() => project.npm(...up, "--adopt", "hosterizer"), "hosterizer");
    expect(adopted).toContain("it belongs to postgres");
  });

  test("up continues after a first up failed at a role conflict or a revoked privilege", async () => {
    await rowsOf(server.superuser, "drop role app_user; drop role app_readonly");
    await configure(project, server, { database: "fresh" });
    const output = await meanwhile(project, "create role app_backup");
    expect(output).toContain('role "app_backup" already exists');
    const named = await project.npm("preview", ...stack);
    expect(named.output).toContain(
      "role app_backup: exists already, and the state of stack prod does not have it",
    );
    expect(named.output).not.toContain("app_user: exist");
    await rowsOf(server.superuser, "drop role app_backup");

    // The session that waited for the lock may still create one role with its cached attributes; the next one may not.
    expect(await meanwhile(project, "alter role deploy nocreaterole")).toMatch(
      /permission denied|must have admin option/,
    );
    await rowsOf(server.superuser, "alter role deploy createrole");
    await project.succeed(...up);
    expect((await project.npm("drift", ...stack)).code).toBe(0);
  });
});

/** Starts an up, holds it before its first change to the server, runs `sql` meanwhile, and lets it continue. */
async function meanwhile(project: Project, sql: string): Promise<string> {
  const holder = new Client(clientAddress(server.superuser));
  await holder.connect();
  try {
    await holder.query("select pg_advisory_lock($1)", [convergeLock]);
    const running = project.start(...up);
    const waiting = "select 1 from pg_stat_activity where wait_event = 'advisory'";
    await expect
      .poll(() => rowsOf(server.superuser, waiting), { timeout: 120_000, interval: 250 })
      .not.toEqual([]);
    await rowsOf(server.superuser, sql);
    await holder.query("select pg_advisory_unlock_all()");
    const { exitCode, all } = await running;
    expect(exitCode).not.toBe(0);
    return all;
  } finally {
    await holder.end();
  }
}

describe("a server that already has a stack", () => {
  /** Its stack is not the one that created what the server has. */
  let project: Project;
  onServerOfItsOwn();

  test("up continues after a first up was killed at the database, and again at the migrations", async () => {
    const first = await another();
    for (const moment of [
      { what: "while the database is created", printed: /Database database creating/ },
      { what: "while migrations begin", printed: /Migrations schema creating/ },
    ]) {
      await killFirstUp(first, moment, "the whole command", up);
    }
    await first.succeed(...up);
    expect((await first.npm("drift", ...stack)).code).toBe(0);
    await rowsOf(inDatabase(), twoCustomers);
  });

  test("up of a second environment is refused, and names the database of the roles' owner", async () => {
    project = await another({ database: "hosterizer_staging" });
    const output = await refusal(() => project.npm(...up), "hosterizer");
    expect(output).toContain("hosterizer_owner owns the database hosterizer");
    expect(output).toContain("two stacks cannot share them");
    expect(output).not.toContain("--adopt");
  });

  test("a stack without its state is refused with all names, and takes over its database with --adopt", async () => {
    await configure(project, server);
    const output = await refusal(() => project.npm(...up), "hosterizer");
    expect(output).toContain("roles app_backup, app_monitor, app_pooler, app_readonly, app_user,");
    expect(output).toContain("schemas hosterizer, monitoring, pooler, tenancy");
    expect(output).toContain("npm run up -- --stack prod --adopt hosterizer");

    await rowsOf(
      server.superuser,
      `create role successor login createdb createrole password '${server.deploy.password}'`,
    );
    await configure(project, server, { deployRole: "successor" });
    expect(await refusal(() => project.npm(...up), "hosterizer")).toContain(
      "database hosterizer: exists already",
    );
    await configure(project, server);

    const wrong = await project.npm(...up, "--adopt", "another");
    expect(wrong.output).toContain("--adopt another: the database of stack prod is hosterizer");
    expect(wrong.code).toBe(1);

    await project.succeed(...up, "--adopt", "hosterizer");
    expect(await sites()).toEqual([{ n: 2 }]);
    expect(await project.succeed(...up)).toMatch(/Resources:\n\s+\d+ unchanged/);
  });

  test("renaming the database back takes over the old database with its rows", async () => {
    const unprotect = "pulumi state unprotect --all --yes";
    for (const database of ["other", "hosterizer"]) {
      expect((await plainPulumi(project, unprotect)).code).toBe(0);
      await configure(project, server, { database });
      await project.succeed(...up);
    }
    expect(await sites()).toEqual([{ n: 2 }]);
    expect((await project.npm("drift", ...stack)).code).toBe(0);
  });

  const sites = () => rowsOf(inDatabase(), "select count(*)::int as n from public.sites");
});
