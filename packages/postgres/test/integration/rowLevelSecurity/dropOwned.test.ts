import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { dumpCustomer } from "../../../src/backup/customer/dumpCustomer";
import { dump } from "../../../src/backup/dump";
import { readDump } from "../../../src/backup/dumpContents";
import { clientAddress } from "../../../src/connection/connection";
import { renderDifference } from "../../../src/convergence/difference";
import {
  applyRowLevelSecurity,
  readRowLevelSecurityDrift,
} from "../../../src/rowLevelSecurity/rowLevelSecurity";
import { rowsOf } from "../testDatabase";
import { administrator, type Context, customer } from "./asRole";
import { policiesToRoles } from "./policiesToRoles";
import { createTenantDatabase } from "./tenantDatabase";

type TenantDatabase = Awaited<ReturnType<typeof createTenantDatabase>>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hosterizer-drop-owned-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(["session", "role"] as const)("with administrators by %s", (administrators) => {
  let database: TenantDatabase;
  beforeAll(async () => {
    database = await createTenantDatabase(administrators);
    await database.run(`grant select on all sequences in schema public to ${database.backup.user}`);
  });
  afterAll(() => database.drop());

  const logins = ["application", "administrator", "backup"] as const;
  const sites = async (login: (typeof logins)[number], context: Context) =>
    (
      await rowsOf<{ customer_id: string }>(
        database[login],
        "select customer_id from public.sites order by 1",
        context,
      )
    ).map(({ customer_id }) => customer_id);

  test.each(logins)(
    "DROP OWNED BY CURRENT_USER as %s leaves every policy as it is",
    async (login) => {
      await rowsOf(database[login], "drop owned by current_user");

      expect(await sites("application", customer(1))).toEqual(["1"]);
      expect(await sites("application", customer(2))).toEqual(["2"]);
      expect(await sites("application", {})).toEqual([]);
      expect(await sites("backup", {})).toEqual(["1", "2"]);
      const who = administrators === "session" ? "application" : "administrator";
      expect(await sites(who, administrator)).toEqual(["1", "2"]);
      const drift = await readRowLevelSecurityDrift(database.owner, database.security, 0);
      expect(drift.map(renderDifference)).toEqual([]);
      const file = join(folder, `${administrators}-${login}.dump`);
      await dump(database.backup, file, {});
      const { tables } = await readDump(file);
      expect(tables.find(({ table }) => table === "sites")?.count).toBe(2);
    },
  );

  test("a role that no policy names sees no row, and gets no error", async () => {
    const stranger = await database.role("stranger");
    await database.run(`grant usage on schema public to ${stranger.user};
      grant select on all tables in schema public to ${stranger.user}`);
    expect(await rowsOf(stranger, "select * from public.sites", administrator)).toEqual([]);
    expect(await rowsOf(stranger, "select * from public.sites", customer(1))).toEqual([]);
  });

  test("a role that inherits from a tenants' role sees what the context allows", async () => {
    const { user } = database.application;
    const heir = await database.role("heir", `in role ${user}`);
    const stepchild = await database.role("stepchild", `noinherit in role ${user}`);
    await database.run(`grant usage on schema public to ${stepchild.user};
      grant select on public.sites to ${stepchild.user}`);
    const seen = (login: typeof heir) =>
      rowsOf(login, "select customer_id from public.sites", customer(2));
    expect(await seen(heir)).toEqual([{ customer_id: "2" }]);
    expect(await seen(stepchild)).toEqual([]);
  });

  test("a prepared statement shows each role of its session that role's rows", async () => {
    const { application, backup, owner, superuser } = database;
    const session = new Client(clientAddress(superuser));
    await session.connect();
    try {
      await session.query(`set app.current_user_role = 'customer'; set app.current_customer_id = '1';
        set plan_cache_mode = force_generic_plan;
        prepare sites as select customer_id from public.sites order by 1`);
      const seen: string[] = [];
      for (const { user } of [application, backup, owner, application]) {
        await session.query(`set role ${user}`);
        const { rows } = await session.query<{ customer_id: string }>("execute sites");
        seen.push(rows.map(({ customer_id }) => customer_id).join());
      }
      expect(seen).toEqual(["1", "1,2", administrators === "session" ? "1" : "", "1"]);
    } finally {
      await session.end();
    }
  });
});

describe("a dump", () => {
  let database: TenantDatabase;
  beforeAll(async () => {
    database = await createTenantDatabase("session");
    await database.run(`grant select on all sequences in schema public to ${database.backup.user}`);
  });
  afterAll(() => database.drop());

  const asOwner = (sql: string) => database.run(`set role ${database.owner.user}; ${sql}`);

  test.each([
    ["lacks its policy", "drop policy backup_reads_all on public.sites", "public.sites"],
    [
      "has a policy that restricts it",
      "create policy fewer on public.cost_records as restrictive for select using (id > 1)",
      "public.cost_records",
    ],
    [
      "is not one that the policies know",
      `create or replace function tenancy.acts_as(roles name[]) returns boolean
       language sql immutable parallel safe as 'select false'`,
      "public.cost_records, public.customers, public.deployments, public.ecommerce_integrations, public.sites",
    ],
  ])("is refused where its role %s, and names the tables", async (_what, sql, tables) => {
    await asOwner(sql);
    const file = join(folder, "refused.dump");
    const refusal = `Policies hide rows of ${tables} from ${database.backup.user}: a dump would lack them.\nRun the update`;
    await expect(dump(database.backup, file, {})).rejects.toThrow(refusal);
    const tenantTables = database.tenancy.tables;
    const customers = dumpCustomer(
      database.backup,
      file,
      { customer: "1", tenantTables },
      { onRows: () => undefined, signal: new AbortController().signal },
    );
    await expect(customers).rejects.toThrow(refusal);
    expect(existsSync(file)).toBe(false);
    // It has no rows.
    await dump(database.backup, file, { only: "schema" });
    await rm(file);

    await asOwner("drop policy if exists fewer on public.cost_records");
    await applyRowLevelSecurity(database.owner, database.security);
    await dump(database.backup, file, {});
    await rm(file);
  });

  test("is refused where a table that is not declared hides rows, unless it is left out", async () => {
    const { backup } = database;
    await asOwner(`create table public.notes (author name, note text);
      alter table public.notes enable row level security;
      create policy own on public.notes using (author = current_user);
      grant select on public.notes to ${backup.user}`);
    await expect(dump(backup, join(folder, "notes.dump"), {})).rejects.toThrow("public.notes");
    await dump(backup, join(folder, "rest.dump"), { withoutTables: ["public.notes"] });
    await asOwner("drop table public.notes");
  });

  test("is not refused on a stack whose policies name their roles, until one has removed itself", async () => {
    const { backup, security, superuser } = database;
    await asOwner(policiesToRoles(security));
    await dump(backup, join(folder, "older.dump"), {});

    await rowsOf(backup, "drop owned by current_user");
    const [server] = await rowsOf<{ fixed: boolean }>(
      superuser,
      "select current_setting('server_version_num')::int >= 150020 as fixed",
    );
    const again = dump(backup, join(folder, "again.dump"), {});
    if (server?.fixed) await again;
    else await expect(again).rejects.toThrow("a dump would lack them");
  });
});
