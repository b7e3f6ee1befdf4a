import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startTestServer, type TestServer } from "../../../postgres/test/integration/testServer";
import { type PluginClient, startPlugin } from "./pluginClient";
import { readRecording } from "./recording";

let server: TestServer;
let plugin: PluginClient;
let replace: Record<string, string>;

beforeAll(async () => {
  server = await startTestServer();
  plugin = await startPlugin();
  const [row] = await sql<{ collate: string }>(
    "postgres",
    `select datcollate as collate from pg_catalog.pg_database where datname = 'template0'`,
  );
  replace = {
    // Address and credentials differ from server to server.
    '"5597"': `"${server.port}"`,
    '"pw"': `"${server.password}"`,
    // A new database has the locale of the server's templates.
    '"C.UTF-8"': `"${row?.collate ?? ""}"`,
  };
});

afterAll(async () => {
  await plugin.close();
  await server.remove();
});

async function sql<T extends object>(database: string, text: string): Promise<T[]> {
  const url = new URL(server.url);
  url.pathname = database;
  const client = new Client(url.href);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

const byHand: Record<string, string[]> = {
  "postgresql.2-after-table": ["create table public.t1 (id serial primary key)"],
  "postgresql.4-drift-preview": [
    "revoke insert on public.t1 from app_user",
    "grant truncate on public.t1 to app_user",
    "alter role app_user connection limit 7 createdb",
    "revoke readers from app_user",
    "revoke usage on schema app from app_user",
    "drop extension pgcrypto",
    "alter default privileges for role h_owner in schema public revoke delete on tables from app_user",
    "alter database hosterizer connection limit 3",
  ],
};

describe("answers as the official plugin did", () => {
  test.each([
    "postgresql.1-create",
    "postgresql.2-after-table",
    "postgresql.3-noop-preview",
    "postgresql.4-drift-preview",
    "postgresql.5-repair",
    "postgresql.6-update",
    "postgresql.7-destroy",
  ])("in %s", async (name) => {
    for (const statement of byHand[name] ?? []) await sql("hosterizer", statement);
    const exchanges = readRecording(name, replace);
    expect(exchanges.length).toBeGreaterThan(10);
    for (const { method, request, response } of exchanges) {
      const answer = await plugin.call(method, request);
      expect(answer, `${method} ${JSON.stringify(request["urn"])}`).toEqual(response);
    }
  });

  test("and leaves the server unchanged", async () => {
    const left = await sql(
      "postgres",
      `select rolname from pg_catalog.pg_roles where rolname in ('h_owner', 'readers', 'app_user')
       union all select datname from pg_catalog.pg_database where datname = 'hosterizer'`,
    );
    expect(left).toEqual([]);
  });
});
