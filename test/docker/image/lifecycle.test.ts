import { afterAll, beforeAll, expect, test } from "vitest";

import { scramVerifier } from "@hosterizer/postgres/access/passwords";
import { TestStack } from "../testStack";
import { serverFiles } from "./serverFiles";
import { ask, connectTo, testServer } from "./testServer";

const stack = new TestStack();
let files: Awaited<ReturnType<typeof serverFiles>>;
beforeAll(async () => {
  files = await serverFiles();
});
afterAll(() => stack.remove());

test("keeps its data across containers, and stops cleanly with a session open", async () => {
  const data = await stack.volume();
  const first = await testServer(stack, data, files);
  await first.start();
  await first.until("healthy");
  const session = await connectTo(first, files["ca.crt"]);
  await session.query("create table kept as select 42 as answer");
  await session.query("begin");
  await session.query("insert into kept values (43)");
  await first.stop();
  expect((await first.inspect()).State.ExitCode).toBe(0);

  const second = await testServer(stack, data, files);
  await second.start();
  await second.until("healthy");
  expect(await ask(second, "select answer from kept")).toBe("42");
  const said = await second.logs();
  expect(said).toContain("database system was shut down at");
  expect(said).not.toMatch(/not properly shut down|was interrupted|redo starts/);
  expect(said).not.toContain("initdb");
});

test("recovers all committed data after it was killed", async () => {
  const server = await testServer(stack, await stack.volume(), files);
  await server.start();
  await server.until("healthy");
  await ask(server, "create table kept as select 42 as answer");
  await server.kill();
  await server.start();
  await server.until("healthy");
  expect(await ask(server, "select answer from kept")).toBe("42");
  expect(await server.logs("last start")).toContain("not properly shut down");
});

test("recreates a cluster whose creation was killed", async () => {
  const data = await stack.volume();
  const server = await testServer(stack, data, files);
  await server.start();
  const folders = () => server.run(["ls", "/var/lib/postgresql"]).then(({ output }) => output);
  await expect.poll(folders, { interval: 20, timeout: 60_000 }).toContain("data.unfinished");
  await server.kill();
  const half = await server.logs();
  expect(half).not.toContain("ready to accept connections");

  await server.start();
  await server.until("healthy");
  expect(await server.succeed("ls", "/var/lib/postgresql")).toBe("data\npgbackrest");
  expect(await server.logs("last start")).toContain("Data page checksums are enabled");
});

test("stops promptly while it creates the cluster", async () => {
  const server = await testServer(stack, await stack.volume(), files);
  await server.start();
  await server.stop();
  expect((await server.inspect()).State.ExitCode).toBe(130);
  await server.start();
  await server.until("healthy");
});

test("accepts the superuser's password of the last start only", async () => {
  const server = await testServer(stack, await stack.volume(), files);
  await server.start();
  await server.until("healthy");
  await server.stop();
  await server.put("/etc/hosterizer", { "superuser.scram": scramVerifier("another") });
  await server.start();
  await server.until("healthy");
  const wrong = connectTo(server, files["ca.crt"]);
  await expect(wrong).rejects.toMatchObject({ code: "28P01" }); // invalid_password
  const session = await connectTo(server, files["ca.crt"], "another");
  await session.end();
});
