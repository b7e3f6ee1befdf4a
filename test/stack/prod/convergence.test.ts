import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { clientAddress, type Connection } from "@hosterizer/postgres/connection/connection";
import { plantTraps } from "../../attacks/traps/plantTraps";
import { sprungTraps, summarize } from "../../attacks/traps/sprungTraps";
import {
  asRole,
  customer,
} from "../../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../../packages/postgres/test/integration/testDatabase";
import { type ManagedServer, startManagedServer } from "../../managed/managedServer";
import { comingMigration, lastShipped, shippedVersion } from "../../shippedMigrations";
import { connectionOfShell } from "../connectionOfShell";
import { decided, openings, stillOpen } from "../openings";
import type { Project } from "../project";
import { bornClosed, readNewborn } from "../readNewborn";
import { configure, makeProdProject, passwordVariable } from "./makeProdProject";

let server: ManagedServer;
let project: Project;
let firstUp: string;
const stack = ["--", "--stack", "prod"];
/** Roles whose sessions may run the owner's code. */
const harmless = ["hosterizer_migrator", "app_user", "app_readonly", "app_backup"];
const inDatabase = (): Connection => ({ ...server.superuser, database: "hosterizer" });

const undo: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startManagedServer();
  undo.push(() => server.remove());
  process.env[passwordVariable] = server.deploy.password;
  project = await makeProdProject(server, { proof: "true" });
  undo.push(() => project.remove());
  firstUp = await project.succeed("up", ...stack, "--yes", "--skip-preview");
});

// Runs after a failed set-up, too.
afterAll(async () => {
  for (const remove of undo.reverse()) await remove();
});

/** The connection of a role, as `db env` prints it. */
async function login(role: string): Promise<Connection> {
  const line = `eval "$(npm run -s db -- env --stack prod --role ${role})"`;
  const shown = await connectionOfShell(project, line);
  return { ...shown, sslmode: "verify-full", sslrootcert: server.authorityFile };
}

/** The traps that were sprung in other sessions, above all those of the deploy role, which may run programs. */
async function escaped(): Promise<string[]> {
  const sprung = await sprungTraps(server.server.paths.log);
  return summarize(sprung.filter(({ login }) => !harmless.includes(login)));
}

const tokenFile = () => join(project.directory, "token");

test("a role without superuser rights creates the whole database", async () => {
  expect(firstUp).toMatch(/\+ \d+ created/);
  const versions = "select max(name) as last from hosterizer.schema_migrations";
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ last: lastShipped }]);
  const attributes = `select rolsuper or rolbypassrls or rolreplication as any from pg_roles where rolname = 'deploy'`;
  expect(await rowsOf(inDatabase(), attributes)).toEqual([{ any: false }]);
});

test("up skips what only a superuser can do, and prints the statement to run", () => {
  expect(firstUp).toContain("extension pg_stat_statements only a superuser can create it");
  expect(firstUp).toContain('create extension "pg_stat_statements" schema "monitoring"');
});

test("a second update finds no drift, and changes nothing", async () => {
  expect(await project.succeed("up", ...stack, "--yes", "--skip-preview")).toMatch(
    /Resources:\n\s+\d+ unchanged/,
  );
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

test("up refuses a migration that locks a large table for long, and takes over an extension that a superuser created", async () => {
  await rowsOf(
    inDatabase(),
    `insert into public.users (email, full_name, password_hash)
       select 'many' || n || '@example.com', 'x', 'x' from generate_series(1, 12000) as n;
     analyze public.users`,
  );
  const name = `migrations/${comingMigration("check_names")}`;
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
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ n: shippedVersion }]);
  await project.edit(`${name}.up.sql`, "(full_name <> '')", "(full_name <> '') not valid");
  await rowsOf(inDatabase(), "create extension pg_stat_statements schema monitoring");
  const repaired = await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(await rowsOf(inDatabase(), versions)).toEqual([{ n: shippedVersion + 1 }]);
  expect(repaired).toContain("database-pg_stat_statements");
  expect(repaired).not.toContain("only a superuser can create it");
});

test("drift names manual changes, and runs none of the owner's code as the deploy role", async () => {
  await rowsOf(
    inDatabase(),
    `grant truncate on public.sites to app_user;
     alter table public.sites no force row level security;
     drop policy context_sees_own on public.deployments`,
  );
  const planter = await login("hosterizer_migrator");
  for (const sql of plantTraps("hosterizer_owner", "hosterizer", 16)) await rowsOf(planter, sql);

  const { code, output } = await project.npm("drift", ...stack);
  expect(code).toBe(7);
  expect(output).toContain("table public.sites: found TRUNCATE to app_user");
  expect(output).toContain("table public.sites: found row-level security not forced");
  expect(output).toContain("policy context_sees_own on public.deployments is missing");
  expect(await escaped()).toEqual([]);
  expect(summarize(await sprungTraps(server.server.paths.log))).toContain(
    "hosterizer_migrator: view over the ledger",
  );
});

test("up repairs them, and runs none of the owner's code as the deploy role", async () => {
  await project.succeed("up", ...stack, "--yes", "--skip-preview");

  expect(await escaped()).toEqual([]);
});

test("a child table created by the owner's automation is closed from the start", async () => {
  const newborn = await readNewborn({
    superuser: inDatabase(),
    application: await login("app_user"),
    backup: await login("app_backup"),
  });
  expect(newborn).toEqual(bornClosed);
});

test("drift logs in with the token that a command prints, and is clean", async () => {
  await project.write("token", `${server.deploy.password}\n`);
  await configure(project, server, { deployPasswordCommand: `cat ${tokenFile()}` });
  expect(await project.npm("drift", ...stack)).toMatchObject({ code: 0 });
});

test("neither destroy nor plain Pulumi removes anything", async () => {
  const before = await everything();
  const { code, output } = await project.npm("destroy", ...stack, "--yes");
  expect(code).toBe(1);
  expect(output).toContain("Stack prod runs on a server that it has not created");
  const plain = await project.shell(
    "node packages/cli/run.mjs pulumi destroy --stack prod --yes --skip-preview",
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

test("a refused up still closes what is open, without superuser rights and with a fresh token", async () => {
  const next = "the-next-token";
  await rowsOf(server.superuser, `alter role deploy password '${next}'`);
  await project.write("token", `${next}\n`);
  await rowsOf(inDatabase(), openings);
  expect(await rowsOf(inDatabase(), stillOpen)).toHaveLength(6);
  const { code, output } = await project.npm("up", ...stack, "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(output).toContain("column public.users.nickname is not declared");
  expect(await rowsOf(inDatabase(), stillOpen)).toEqual([]);

  await rowsOf(inDatabase(), decided);
  await project.succeed("up", ...stack, "--yes", "--skip-preview");
  expect(await project.npm("drift", ...stack)).toMatchObject({ code: 0 });
  const state = ".hosterizer/state/.pulumi/stacks/hosterizer-database/prod.json";
  const kept = await project.read(state);
  for (const secret of [server.deploy.password, next]) {
    expect(kept).not.toContain(secret);
    expect(project.transcript.join("")).not.toContain(secret);
  }
});

test("a dump takes the place of the database, without superuser rights", async () => {
  const before = await everything();
  await project.succeed("db", "--", "dump", "--stack", "prod", "--file", "prod.dump");
  await rowsOf(inDatabase(), "update public.sites set name = 'changed since'");
  const output = await project.succeed(
    "db",
    "--",
    "restore",
    "prod.dump",
    "--stack",
    "prod",
    "--replace",
    "hosterizer",
  );

  expect(output).toContain("hosterizer is the restored database now.");
  expect(await everything()).toEqual(before);
  const changed = "select from public.sites where name = 'changed since'";
  expect(await rowsOf(inDatabase(), changed)).toEqual([]);
  expect(await project.npm("drift", ...stack)).toMatchObject({ code: 0 });
});
