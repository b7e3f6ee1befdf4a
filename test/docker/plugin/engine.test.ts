import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";

import { afterEach, expect, test } from "vitest";

import { connectEngine, probeEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { ifExists } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";
import { runPrefix } from "../../run/runPrefix";
import { fakeSsh } from "./fakeSsh";

const here = findEngine();
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test("answers at the address that Docker's client uses", async () => {
  const { Version, ApiVersion } = await connectEngine(here).version();

  expect(await probeEngine()).toEqual({
    answers: true,
    url: here.url,
    version: Version,
    apiVersion: ApiVersion,
  });
});

test("answers through ssh, with one login for several requests", async () => {
  const ssh = await fakeSsh(socketPath());
  cleanUps.push(ssh.remove);
  const engine = connectEngine(
    findEngine({ DOCKER_HOST: "ssh://me@build:2222/run/it's.sock", HOME: "/nonexistent" }),
  );

  const direct = await connectEngine(here).version();
  expect(await engine.version()).toEqual(direct);
  expect(await engine.version()).toEqual(direct);

  const command = ["docker", "--host", `'unix:///run/it'\\''s.sock'`, "system", "dial-stdio"];
  const login = ["-l", "me", "-p", "2222", "--", "build"];
  expect(await ssh.runs()).toEqual([
    ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30", ...login, ...command],
  ]);
});

test("runs programs in containers through ssh, over a hijacked connection", async () => {
  const ssh = await fakeSsh(socketPath());
  cleanUps.push(ssh.remove);
  const engine = connectEngine(findEngine({ DOCKER_HOST: "ssh://build" }));
  const output = new PassThrough();
  // Not removed by the engine when it ends: it may end before the request that waits for its end.
  const settings = { name: `${runPrefix()}engine`, HostConfig: { NetworkMode: "none" } };
  const container = connectEngine(here).getContainer(settings.name);
  cleanUps.push(() => ifExists(container.remove({ force: true })));

  const printed = text(output);
  await engine.run("debian:bookworm-slim", ["echo", "hello"], output, settings);

  expect(await printed).toContain("hello");
});

test("reports the error of ssh when the login fails", async () => {
  const ssh = await fakeSsh(socketPath(), "me@build: Permission denied (publickey).");
  cleanUps.push(ssh.remove);

  expect(await probeEngine({ DOCKER_HOST: "ssh://me@build" })).toEqual({
    answers: false,
    reason:
      "cannot reach the Docker engine at ssh://me@build (DOCKER_HOST): ssh ended with me@build: Permission denied (publickey).",
    remedy: "Start Docker, or set DOCKER_HOST to its address.",
  });
});

test("answers on a TCP port", async () => {
  const port = await listen(createServer((client) => client.pipe(socket()).pipe(client)));

  expect(await probeEngine({ DOCKER_HOST: `127.0.0.1:${port}` })).toMatchObject({
    answers: true,
    url: `127.0.0.1:${port}`,
  });
});

test.each([
  ["unix:///nonexistent/docker.sock", "there is no such socket"],
  ["tcp://127.0.0.1:1", "connection refused"],
  ["tcp://nowhere.invalid:2375", "no such host|cannot be resolved"],
])("does not answer at %s: %s", async (url, reason) => {
  expect(await probeEngine({ DOCKER_HOST: url })).toMatchObject({
    answers: false,
    reason: expect.stringMatching(`${url} \\(DOCKER_HOST\\): .*(${reason})$`) as string,
  });
});

test("is given up when it does not answer in time", async () => {
  const port = await listen(createServer(() => undefined));

  expect(await probeEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toMatchObject({
    answers: false,
    reason: expect.stringContaining("no answer in time") as string,
  });
});

test("is reported as missing when DOCKER_CONTEXT names no context", async () => {
  expect(await probeEngine({ DOCKER_CONTEXT: "none", HOME: "/nonexistent" })).toEqual({
    answers: false,
    reason: 'DOCKER_CONTEXT: there is no Docker context "none"',
    remedy: "`docker context ls` lists the contexts; `docker context use` chooses one.",
  });
});

test("ignores DOCKER_HOST once its address is known", async () => {
  process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
  cleanUps.push(() => delete process.env["DOCKER_HOST"]);

  await expect(connectEngine(here).ping()).resolves.toBeDefined();
});

/** The tests' engine may be remote, but these tests need its local socket. */
function socketPath(): string {
  if (here.kind !== "socket") throw new Error(`these tests need a local engine, not ${here.url}`);
  return here.path;
}

function socket() {
  return connect(socketPath());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
