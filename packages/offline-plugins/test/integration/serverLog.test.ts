import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startTestServer, type TestServer } from "../../../postgres/test/integration/testServer";
import { type Engine, startEngine } from "./engine";
import { ask } from "./serverUrl";

let server: TestServer;
let engine: Engine;

beforeAll(async () => {
  server = await startTestServer();
  await ask(server.url, "alter system set log_statement = 'all'");
  await ask(server.url, "select pg_catalog.pg_reload_conf()");
  await ask(server.url, "create extension if not exists pg_stat_statements");
  engine = await startEngine(server.url);
});

afterAll(async () => {
  await engine.close();
  await server.remove();
});

test("a plain-text password reaches neither the server's log nor pg_stat_statements", async () => {
  const inputs = { name: "logged", login: true, password: "the-first-password" };
  const role = await engine.create("Role", inputs);
  await engine.update(role, { ...inputs, password: "the-second-password" });
  const failing = engine.create("Role", { ...inputs, password: "the-third-password" });
  await expect(failing).rejects.toThrow("42710");

  const log = await readFile(server.server.paths.log, "utf8");
  const statements = await ask<{ query: string }>(
    server.url,
    "select query from pg_stat_statements",
  );
  const seen = `${log}\n${statements.map(({ query }) => query).join("\n")}`;
  // Both contain the statements, so that the absence below means something.
  expect(log).toContain('create role "logged"');
  expect(log.match(/password 'SCRAM-SHA-256\$4096:/g)?.length).toBeGreaterThanOrEqual(3);
  expect(statements.length).toBeGreaterThan(0);
  expect(seen).not.toMatch(/the-(first|second|third)-password/);
});
