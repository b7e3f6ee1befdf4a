import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

import { convergeLock } from "@hosterizer/postgres/convergence/converge";
import { type Engine, startEngine } from "./engine";
import { ask, serverUrl, uniqueName } from "./serverUrl";

const database = uniqueName("concurrency");
const roles = Array.from({ length: 40 }, (_, index) => `${database}_${index}`);
let engines: Engine[];

beforeAll(async () => {
  await ask(serverUrl(), `create database ${database}`);
  await ask(serverUrl(database), "create table public.t (id int)");
  for (const role of roles) await ask(serverUrl(), `create role ${role}`);
  // Two plugin processes: two stacks, or two providers of one.
  engines = await Promise.all([1, 2].map(() => startEngine(serverUrl())));
});

afterAll(async () => {
  for (const engine of engines) await engine.close();
  await ask(serverUrl(), `drop database ${database} with (force)`);
  for (const role of roles) await ask(serverUrl(), `drop role ${role}`);
});

test("hundreds of concurrent grants on one table all succeed", async () => {
  const grants = roles.flatMap((role) =>
    engines.flatMap((engine) =>
      [1, 2, 3, 4].map(() =>
        engine.create("Grant", {
          role,
          database,
          schema: "public",
          objectType: "table",
          objects: ["t"],
          privileges: ["SELECT", "INSERT"],
        }),
      ),
    ),
  );
  expect(grants).toHaveLength(320);
  await Promise.all(grants);
  const [row] = await ask<{ granted: string[] }>(
    serverUrl(database),
    `select array_agg(distinct grantee::regrole::text) as granted
       from pg_catalog.aclexplode((select relacl from pg_catalog.pg_class where relname = 't'))
      where privilege_type = 'INSERT' and grantee <> 10`,
  );
  expect(row?.granted).toHaveLength(roles.length);
});

test("concurrent grants on one database all succeed", async () => {
  const granting = roles.flatMap((role) =>
    engines.map((engine) =>
      engine.create("Grant", { role, database, objectType: "database", privileges: ["CONNECT"] }),
    ),
  );
  await expect(Promise.all(granting)).resolves.toHaveLength(80);
});

test("a change waits for the lock that all writers of the project take", async () => {
  const [engine] = engines;
  const other = new Client(serverUrl(database));
  await other.connect();
  await other.query("select pg_catalog.pg_advisory_lock($1)", [convergeLock]);
  let done = false;
  const inputs = { role: roles[0] ?? "", database, objectType: "database", privileges: [] };
  const granting = engine?.create("Grant", inputs).then(() => (done = true));
  await sleep(500);
  expect(done).toBe(false);
  await other.query("select pg_catalog.pg_advisory_unlock($1)", [convergeLock]);
  await granting;
  expect(done).toBe(true);
  await other.end();
});

test("a change waits for a writer that does not take the lock", async () => {
  const [disturbed = "", ...granted] = roles;
  const privileges = ["SELECT"];
  const target = { database, schema: "public", objectType: "table", objects: ["t"], privileges };
  const granting = granted.flatMap((role) =>
    engines.map((engine) => engine.create("Grant", { role, ...target })),
  );
  const all = Promise.all(granting);
  await meanwhile(all, async (client) => {
    await client.query(`grant delete on public.t to ${disturbed}`).catch(() => undefined);
    await client.query(`revoke delete on public.t from ${disturbed}`).catch(() => undefined);
  });
  await expect(all).resolves.toHaveLength(granting.length);
});

test("a plugin opens no more connections to a database than the provider allows", async () => {
  // The other pools are closed, so that only this one's connections are counted.
  for (const other of engines) await other.close();
  const engine = await startEngine(serverUrl(), { maxConnections: "3" });
  const inputs = { role: roles[0] ?? "", database, objectType: "database", privileges: [] };
  const grant = await engine.create("Grant", inputs);
  let most = 0;
  const reads = Promise.all(Array.from({ length: 200 }, () => engine.refresh(grant)));
  await meanwhile(reads, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int from pg_catalog.pg_stat_activity
        where datname = $1 and application_name = 'hosterizer-database/postgresql plugin'`,
      [database],
    );
    most = Math.max(most, rows[0]?.count ?? 0);
  });
  await engine.close();
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(3);
});

/** Runs `run` repeatedly, on a separate connection, until `task` has settled. */
async function meanwhile(task: Promise<unknown>, run: (client: Client) => Promise<void>) {
  const client = new Client(serverUrl(database));
  await client.connect();
  const ended = task.then(
    () => "ended",
    () => "ended",
  );
  for (;;) {
    await run(client);
    const later = sleep(5, "later");
    if ((await Promise.race([ended, later])) === "ended") break;
  }
  await client.end();
}
