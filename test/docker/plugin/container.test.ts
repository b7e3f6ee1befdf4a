import { afterAll, beforeAll, expect, test } from "vitest";

import { engine } from "../engine";
import { freePort } from "../../../packages/postgres/test/integration/freePort";
import { ContainerSandbox } from "./containerSandbox";

let sandbox: ContainerSandbox;

beforeAll(async () => {
  sandbox = await ContainerSandbox.open("container");
});

afterAll(async () => {
  await sandbox.close();
});

test("a confined container with every supported property matches its declaration", async () => {
  const name = sandbox.name();
  await engine.createNetwork({ Name: `${name}-network` });
  const program = sandbox.sleeper({
    name,
    entrypoints: ["/usr/bin/env"],
    user: "nobody",
    envs: ["B=2", "A=1"],
    labels: [
      { label: "z", value: "1" },
      { label: "a", value: "2" },
    ],
    networksAdvanced: [{ name: `${name}-network`, aliases: ["server", "database"] }],
    ports: [
      { internal: 6432, external: await freePort(), ip: "127.0.0.1" },
      { internal: 5432, ip: "127.0.0.1" },
    ],
    volumes: [
      { volumeName: `${name}-configuration`, containerPath: "/etc/hosterizer" },
      { volumeName: `${name}-data`, containerPath: "/data", readOnly: true },
    ],
    tmpfs: { "/tmp": "size=16m" },
    healthcheck: { tests: ["CMD", "true"], interval: "60s", startPeriod: "90s", retries: 2 },
    restart: "unless-stopped",
    stopTimeout: 7,
    stopSignal: "SIGTERM",
    destroyGraceSeconds: 5,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    memory: 64,
    memorySwap: 64,
    shmSize: 32,
    init: true,
    logDriver: "json-file",
    logOpts: { "max-size": "1m" },
    hostname: "it",
  });
  const deployed = sandbox.container();
  await deployed.create(program);

  const { Config, HostConfig } = await sandbox.at(deployed).inspect();
  expect(HostConfig).toMatchObject({
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges"],
    Memory: 64 * 1024 * 1024,
    MemorySwap: 64 * 1024 * 1024,
    ShmSize: 32 * 1024 * 1024,
    Init: true,
    Tmpfs: { "/tmp": "size=16m" },
    RestartPolicy: { Name: "unless-stopped" },
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
  });
  expect(Config).toMatchObject({
    User: "nobody",
    Hostname: "it",
    StopTimeout: 7,
    Labels: { z: "1", a: "2" },
    Healthcheck: { Interval: 60e9, StartPeriod: 90e9, Retries: 2, Test: ["CMD", "true"] },
  });
  expect(Config.Env).toEqual(expect.arrayContaining(["A=1", "B=2"]));

  await deployed.refresh();
  expect(await deployed.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
});

test("uploads reach a volume before the container starts, readable by any user", async () => {
  const name = sandbox.name();
  const deployed = sandbox.container();
  const program = {
    name,
    image: "debian:bookworm-slim",
    user: "nobody",
    capabilities: { drops: ["ALL"] },
    command: ["bash", "-c", "cat /etc/hosterizer/one /etc/hosterizer/two/three; exec sleep 60"],
    volumes: [{ volumeName: `${name}-configuration`, containerPath: "/etc/hosterizer" }],
    uploads: [
      { file: "/etc/hosterizer/two/three", content: "three\n", permissions: "0444" },
      { file: "/etc/hosterizer/one", content: "ö one\n", executable: true },
    ],
  };
  await deployed.create(program);
  const container = sandbox.at(deployed);
  expect(await container.logs()).toBe("ö one\nthree\n");
  const listed = await container.succeed("stat", "-c", "%a %U %n", "/etc/hosterizer/one");
  expect(listed).toBe("744 root /etc/hosterizer/one");
  expect(await container.succeed("stat", "-c", "%a", "/etc/hosterizer/two/three")).toBe("444");

  await deployed.refresh();
  expect(await deployed.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
});

test("a changed upload replaces the container and keeps its volumes", async () => {
  const name = sandbox.name();
  const program = (content: string) =>
    sandbox.sleeper({
      name,
      volumes: [{ volumeName: `${name}-data`, containerPath: "/data" }],
      uploads: [{ file: "/etc/x.conf", content }],
    });
  const deployed = sandbox.container();
  await deployed.create(program("old"));
  await sandbox.at(deployed).succeed("touch", "/data/kept");

  expect(await deployed.diff(program("new"))).toMatchObject({
    replaces: ["uploads"],
    deleteBeforeReplace: true,
    detailedDiff: { "uploads[0].content": { kind: "UPDATE_REPLACE" } },
  });
  await deployed.delete();
  await deployed.create(program("new"));
  const container = sandbox.at(deployed);
  expect(await container.succeed("cat", "/etc/x.conf")).toBe("new");
  expect(await container.succeed("ls", "/data")).toBe("kept");
});

test("restart policy and memory change in place", async () => {
  const program = sandbox.sleeper({ memory: 64, memorySwap: 64 });
  const deployed = sandbox.container();
  await deployed.create(program);
  const changed = { ...program, memory: 96, memorySwap: 128, restart: "always" };
  const difference = await deployed.diff(changed);
  expect(difference.replaces).toBeUndefined();
  expect(Object.keys(difference.detailedDiff ?? {}).sort()).toEqual([
    "memory",
    "memorySwap",
    "restart",
  ]);
  await deployed.update(changed);
  const { Id, HostConfig } = await sandbox.at(deployed).inspect();
  expect(Id).toBe(deployed.id);
  expect(HostConfig).toMatchObject({
    Memory: 96 * 1024 * 1024,
    MemorySwap: 128 * 1024 * 1024,
    RestartPolicy: { Name: "always" },
  });
  await deployed.refresh();
  expect(await deployed.diff(changed)).toMatchObject({ changes: "DIFF_NONE" });
});

test.each([
  { property: "healthcheck", now: { tests: ["CMD", "true"], interval: "1s" } },
  { property: "tmpfs", now: { "/tmp": "" } },
  { property: "init", now: true },
])("a new $property replaces the container, since it cannot change in place", async (change) => {
  const program = sandbox.sleeper();
  const deployed = sandbox.container();
  await deployed.create(program);
  const difference = await deployed.diff({ ...program, [change.property]: change.now });
  expect(difference.replaces).toEqual([change.property]);
});

test("a deleted container gets its grace period to stop", async () => {
  const name = sandbox.name();
  const deployed = sandbox.container();
  await deployed.create({
    name,
    image: "debian:bookworm-slim",
    command: [
      "bash",
      "-c",
      "trap 'sleep 1; touch /data/ended; exit' TERM; while :; do sleep 0.1; done",
    ],
    volumes: [{ volumeName: `${name}-data`, containerPath: "/data" }],
    destroyGraceSeconds: 20,
  });
  await deployed.delete();
  expect(await deployed.refresh()).toBeUndefined();
  const reader = sandbox.container();
  await reader.create(
    sandbox.sleeper({ volumes: [{ volumeName: `${name}-data`, containerPath: "/data" }] }),
  );
  expect(await sandbox.at(reader).succeed("ls", "/data")).toBe("ended");
});

test("deleting a container that is already gone succeeds", async () => {
  const deployed = sandbox.container();
  await deployed.create(sandbox.sleeper());
  await engine.getContainer(deployed.id).remove({ force: true });
  await deployed.delete();
});
