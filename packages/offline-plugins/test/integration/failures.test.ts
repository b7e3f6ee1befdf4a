import { expect, test } from "vitest";

import { freePort } from "../../../postgres/test/integration/freePort";
import { startEngine } from "./engine";
import { startPlugin } from "./pluginClient";
import { serverUrl, uniqueName } from "./serverUrl";

async function failure(url: string, settings = {}, inputs = {}): Promise<string> {
  const engine = await startEngine(url, settings);
  const name = uniqueName("never");
  try {
    await engine.create("Role", { name, ...inputs });
    return "(none)";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await engine.close();
  }
}

test("an unreachable server is named with its host and port", async () => {
  const port = await freePort();
  const message = await failure(`postgres://postgres:secret-password@127.0.0.1:${port}/`);
  expect(message).toContain(
    `cannot reach the PostgreSQL server at 127.0.0.1:${port}: nothing listens on that port`,
  );
  expect(message).not.toContain("secret-password");
});

test("a host that does not exist is named", async () => {
  expect(await failure("postgres://postgres:x@no-such-host.invalid:5432/")).toContain(
    "cannot reach the PostgreSQL server at no-such-host.invalid:5432",
  );
});

test("a wrong password is reported as such, and not repeated", async () => {
  const message = await failure(serverUrl(), { password: "wrong-password" });
  expect(message).toContain("(SQLSTATE 28P01)\nThe provider's username or password is wrong.");
  expect(message).toContain("add --run-program");
  expect(message).not.toContain("wrong-password");
});

test("does not connect to a server without TLS by default", async () => {
  const message = await failure(serverUrl(), { sslmode: "" });
  expect(message).toContain("does not support SSL connections");
});

test("a membership in a role that does not exist leaves no half-created role", async () => {
  const engine = await startEngine(serverUrl());
  const name = uniqueName("half");
  await expect(engine.create("Role", { name, roles: ["no_such_role"] })).rejects.toThrow(
    `creating role "${name}": role "no_such_role" does not exist (SQLSTATE 42704)`,
  );
  await expect(engine.create("Role", { name })).resolves.toMatchObject({ id: name });
  await engine.destroy({
    urn: `urn:pulumi:test::plugins::postgresql:index/role:Role::it`,
    id: name,
    inputs: {},
    outputs: { name },
  });
  await engine.close();
});

test("a cancelled run starts no new operation", async () => {
  const engine = await startEngine(serverUrl());
  await engine.plugin.cancel();
  await expect(engine.create("Role", { name: uniqueName("late") })).rejects.toThrow("cancelled");
  await engine.close();
});

test("a plugin that is not configured says so", async () => {
  const urn = "urn:pulumi:test::plugins::postgresql:index/role:Role::it";
  const plugin = await startPlugin();
  await expect(plugin.call("create", { urn, properties: { name: "x" } })).rejects.toThrow(
    "the provider postgresql is not configured",
  );
  await plugin.close();
});
