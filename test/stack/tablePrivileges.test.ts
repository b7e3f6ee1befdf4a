import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { customer } from "../../packages/postgres/test/integration/rowLevelSecurity/asRole";
import { twoCustomers } from "../../packages/postgres/test/integration/rowLevelSecurity/twoCustomers";
import { rowsOf } from "../../packages/postgres/test/integration/testDatabase";
import { makeProject } from "./makeProject";
import type { Project } from "./project";
import { bornClosed, readNewborn } from "./readNewborn";

/** What a client of customer 1 sees while it keeps reading and writing. */
interface Watch {
  transactions: number;
  /** The longest time without a successful transaction, in milliseconds. */
  pause: number;
  foreign: number;
  failures: string[];
}

// Older stacks lack this: the official plugin granted on all existing tables, and by default on all later ones.
const bound = 'return (on === "tables" || on === "table") && !backupRoles.includes(role);';
// And this: no grant named a table.
const named = "  ...sharedTables,\n";

let project: Project;
let watch: Watch;
let update: string;

beforeAll(async () => {
  project = await makeProject();
  await project.edit(
    "packages/postgres/src/audit/declaredAccess.ts",
    bound,
    "return false && on + role + backupRoles;",
  );
  await project.edit("database/grants.ts", named, "  ...sharedTables.slice(0, 0),\n");
  await project.succeed("up");
  await project.query(twoCustomers);
  expect(await attacks()).toEqual(["done", "done", "done"]);
  const before = await readDefaults();
  expect(before).toContain("app_user INSERT");

  await project.edit(
    "packages/postgres/src/audit/declaredAccess.ts",
    "return false && on + role + backupRoles;",
    bound,
  );
  await project.edit("database/grants.ts", "  ...sharedTables.slice(0, 0),\n", named);
  await addPartitionedTable();
  const end = await watchAsCustomer();
  update = await project.succeed("up");
  watch = await end();
});
afterAll(() => project.remove());

test("one up replaces the grants on all tables of an older stack", async () => {
  expect(update).toMatch(/TablePrivileges access-app_user-public-tables updated/);
  expect(await readDefaults()).toEqual(["app_backup SELECT", "app_backup SELECT"]);
});

test("the same up takes what belongs to everyone from the roles that do not need it", async () => {
  expect(await attacks()).toEqual(["42501", "42501", "42501"]);
});

test("a client that polls during the update sees only its own rows, and is never refused", () => {
  expect(watch).toMatchObject({ foreign: 0, failures: [] });
  expect(watch.transactions).toBeGreaterThan(100);
  expect(watch.pause).toBeLessThan(5_000);
});

test("the application can use a table that the same update creates", async () => {
  const application = await project.connection("app_user");
  await rowsOf(
    application,
    "insert into public.visits (customer_id, at) values (1, '2026-02-03')",
    customer(1),
  );
  const read = "select customer_id from public.visits";

  expect(await rowsOf(application, read, customer(1))).toEqual([{ customer_id: "1" }]);
  expect(await rowsOf(application, read, customer(2))).toEqual([]);
});

test("the application cannot query a partition of that table directly", async () => {
  const application = await project.connection("app_user");
  const read = rowsOf(application, "select from public.visits_2026", customer(1));

  await expect(read).rejects.toMatchObject({ code: "42501" });
});

test("a child table created by the owner's automation is closed from the start", async () => {
  const newborn = await readNewborn({
    superuser: await project.connection(),
    application: await project.connection("app_user"),
    backup: await project.connection("app_backup"),
  });

  expect(newborn).toEqual(bornClosed);
});

test("drift finds exactly what is missing after two saved refreshes, and up repairs it", async () => {
  await project.query(
    `revoke insert on public.sites from app_user;
     revoke select on public.users from app_backup;
     revoke select on sequence public.users_id_seq from app_backup;
     revoke usage on schema monitoring from app_monitor;
     revoke connect on database hosterizer from app_pooler;
     revoke pg_monitor from app_monitor;
     alter default privileges for role hosterizer_owner in schema public
       revoke select on tables from app_backup;
     alter role app_user connection limit 3;
     alter database hosterizer connection limit 20;
     alter schema monitoring owner to postgres;
     alter extension "uuid-ossp" set schema monitoring;
     drop extension pgcrypto`,
  );
  const refresh = "pulumi refresh --yes --skip-preview --stack local";
  const line = `eval "$(npm run -s shell -- --print)" && ${refresh} && ${refresh}`;
  expect(await project.shell(line)).toMatchObject({ code: 0 });
  const drift = await project.npm("drift", "--", "--json");
  const found = JSON.parse(drift.stdout) as { differences: { kind: string; object: string }[] };
  await project.succeed("up");

  expect(drift.code).toBe(7);
  expect(found.differences.map(({ kind, object }) => `${kind}: ${object}`).toSorted()).toEqual([
    "database attribute: database hosterizer",
    "default privilege missing: default privileges of hosterizer_owner on tables in schema public",
    "extension missing: extension pgcrypto",
    "extension schema: extension uuid-ossp",
    "membership missing: role app_monitor",
    "owner: schema monitoring",
    "privilege missing: database hosterizer",
    "privilege missing: schema monitoring",
    "privilege missing: sequence public.users_id_seq",
    "privilege missing: table public.sites",
    "privilege missing: table public.users",
    "role CONNECTION LIMIT: role app_user",
  ]);
});

test("a second up finds no drift and changes nothing", async () => {
  expect(await project.succeed("up")).toMatch(/Resources:\n +\d+ unchanged\n\nDuration/);
});

test("one line gives signing in a role of its own, and the application no longer reads credentials", async () => {
  const line = 'signIn: string = "app_user"';
  await project.edit("database/roles.ts", line, 'signIn: string = "app_sign_in"');
  await project.succeed("up");

  const hash = "select password_hash, mfa_secret from public.users";
  const login = "update public.users set password_hash = 'new', last_login_at = now()";
  expect([await attempt("app_user", hash), await attempt("app_user", login)]).toEqual([
    ...["42501", "42501"],
  ]);
  expect([await attempt("app_sign_in", hash), await attempt("app_sign_in", login)]).toEqual([
    ...["done", "done"],
  ]);
  for (const sql of ["update public.users set role = 'administrator'", "select from public.sites"])
    expect(await attempt("app_sign_in", sql)).toBe("42501");
  expect(await project.npm("drift")).toMatchObject({ code: 0 });
});

/** Runs a statement in a transaction that is rolled back. @returns `done`, or the SQLSTATE of its refusal */
async function attempt(role: string, sql: string): Promise<string> {
  const session = new Client(await project.connection(role));
  await session.connect();
  try {
    await session.query("begin");
    await session.query(sql);
    return "done";
  } catch (error) {
    return String((error as { code?: string }).code);
  } finally {
    await session.end();
  }
}

/** What becomes of attacks on what belongs to everyone. */
async function attacks(): Promise<string[]> {
  return [
    await attempt("app_user", "update public.users set role = 'administrator'"),
    await attempt("app_user", "update public.policies set enabled = false"),
    await attempt("app_readonly", "select password_hash from public.users"),
  ];
}

/** The default privileges on the owner's later tables, after their grantees. */
async function readDefaults(): Promise<string[]> {
  const rows = await project.query<{ held: string }>(
    `select pg_get_userbyid(e.grantee) || ' ' || e.privilege_type as held
       from pg_default_acl as d cross join lateral aclexplode(d.defaclacl) as e
      where d.defaclobjtype = 'r' order by 1`,
  );
  return rows.map(({ held }) => held);
}

async function addPartitionedTable(): Promise<void> {
  const applied = await readdir(join(project.directory, "migrations"));
  const number = String(applied.length / 2 + 1).padStart(6, "0");
  await project.write(
    `migrations/${number}_create_visits_table.up.sql`,
    `create table public.visits (
  customer_id bigint not null references public.customers,
  at date not null
) partition by range (at);
create index visits_customer_id_idx on public.visits (customer_id);
create table public.visits_2026 partition of public.visits
  for values from ('2026-01-01') to ('2027-01-01');
`,
  );
  await project.write(
    `migrations/${number}_create_visits_table.down.sql`,
    "drop table public.visits;\n",
  );
  const tables = "  tables: [\n";
  const visits = '    { schema: "public", table: "visits", column: "customer_id" },\n';
  await project.edit("database/tenancy.ts", tables, tables + visits);
}

/** Reads and writes as customer 1 until the returned function is called. */
async function watchAsCustomer(): Promise<() => Promise<Watch>> {
  const session = new Client(await project.connection("app_user"));
  await session.connect();
  const seen: Watch = { transactions: 0, pause: 0, foreign: 0, failures: [] };
  let running = true;
  let last = Date.now();
  const poll = async () => {
    while (running) {
      try {
        await session.query(
          "select set_config(name, value, false) from (values ('app.current_customer_id', '1'), ('app.current_user_role', 'customer')) as v (name, value)",
        );
        const { rows } = await session.query<{ customer_id: string }>(
          "update public.sites set domain = domain returning customer_id",
        );
        // What the older stack allows by a grant on the whole table, and the newer one by a grant on columns.
        await session.query("update public.users set full_name = full_name, last_login_at = now()");
        await session.query("select password_hash from public.users");
        await session.query("select rules from public.policies");
        seen.foreign += rows.filter(({ customer_id: id }) => id !== "1").length;
        if (rows.length === 0) throw new Error("its own row is missing");
        seen.transactions++;
        seen.pause = Math.max(seen.pause, Date.now() - last);
        last = Date.now();
      } catch (error) {
        seen.failures.push(String(error));
      }
      await sleep(5);
    }
  };
  const polling = poll();
  return async () => {
    running = false;
    await polling;
    await session.end();
    return seen;
  };
}
