import { beforeAll, expect, test } from "vitest";

import type { Client } from "pg";

import { schemas } from "../../../database/extensions";
import { owner } from "../../../database/roles";
import { type Connection, withClient } from "../../../postgres/connection";
import { inSnapshot } from "../../../postgres/inSnapshot";
import { readSchema } from "../../../postgres/schema/catalog/readSchema";
import { Project } from "../../stack/project";
import { freePort } from "../../integration/freePort";
import { catalogs } from "./catalogs";
import { sharedInDocker } from "./sharedInDocker";

/** How the superuser reaches the database of either stack. */
let connections: { local: Connection; dev: Connection };

beforeAll(async () => {
  const dev = sharedInDocker();
  // Beside it, in the same clone: one program, two stacks.
  const local = new Project(
    dev.directory,
    Number(/:port: (\d+)/.exec(await dev.read("Pulumi.local.yaml"))?.[1]),
  );
  await local.moveTo(await freePort());
  await local.succeed("up");
  connections = { local: await local.connection(), dev: await dev.connection() };
});

async function linesOf(client: Client, sql: string): Promise<unknown[]> {
  const { rows } = await client.query<{ line: unknown }>(sql);
  return rows.map(({ line }) => line);
}

/** The same question asked of both. */
async function fromBoth<T>(read: (client: Client) => Promise<T>): Promise<{ local: T; dev: T }> {
  const { local, dev } = connections;
  return {
    local: await withClient(local, "test", read),
    dev: await withClient(dev, "test", read),
  };
}

test.each(Object.entries(catalogs))("%s are the same in dev as in local", async (_, sql) => {
  const { local, dev } = await fromBoth((client) => linesOf(client, sql));

  expect(local.length).toBeGreaterThan(2);
  expect(dev).toEqual(local);
});

test("the schema is the same in dev as in local, as the program itself reads it", async () => {
  const scope = ["public", ...schemas.map(({ name }) => name)];
  const { local, dev } = await fromBoth(async (client) => {
    const read = (reader: Client) => readSchema(reader, { schemas: scope, owner });
    const objects = await inSnapshot(client, undefined, read);
    const named = objects.map((object) => [`${object.kind} ${object.identity}`, object] as const);
    return Object.fromEntries(named);
  });

  expect(Object.keys(local).filter((name) => name.startsWith("table "))).not.toHaveLength(0);
  expect(dev).toEqual(local);
});

test.each([
  ["attributes of roles", "alter role app_user connection limit 7"],
  ["attributes of roles", "alter role app_pooler password 'x'"],
  ["memberships of roles", "grant app_readonly to app_user"],
  ["databases and their settings", "alter role app_user set work_mem = '1MB'"],
  ["databases and their settings", "alter database hosterizer connection limit 7"],
  ["extensions", "alter extension pgcrypto set schema monitoring"],
  ["owners and privileges", "grant select (email) on public.users to app_monitor"],
  ["owners and privileges", "grant execute on function pg_catalog.pg_read_file(text) to app_user"],
  ["owners and privileges", "alter table public.sites owner to app_user"],
  [
    "default privileges",
    "alter default privileges for role hosterizer_owner grant delete on tables to app_readonly",
  ],
  ["row-level security", "alter table public.sites no force row level security"],
  ["row-level security", "create policy open on public.sites using (true)"],
  ["functions", "create function public.f() returns int language sql as 'select 1'"],
  ["applied migrations", "delete from hosterizer.migration_files where name like '%1_%'"],
])("the comparison of %s notices: %s", async (title, change) => {
  const sql = catalogs[title] ?? "";
  const { before, after } = await withClient(connections.local, "test", async (client) => {
    const before = await linesOf(client, sql);
    await client.query("begin");
    await client.query(change);
    const after = await linesOf(client, sql);
    await client.query("rollback");
    return { before, after };
  });

  expect(after).not.toEqual(before);
});
