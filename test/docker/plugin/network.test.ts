import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { engine } from "../engine";
import { openSandbox, type ResourceSandbox } from "./resourceSandbox";

let sandbox: ResourceSandbox;

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

test("a network with every supported property matches its declaration", async () => {
  const program = {
    name: sandbox.name(),
    driver: "bridge",
    internal: true,
    attachable: true,
    labels: [
      { label: "z", value: "1" },
      { label: "a", value: "2" },
    ],
    options: { "com.docker.network.bridge.enable_icc": "true" },
  };
  const network = sandbox.resource("Network");
  await network.create(program);
  await network.refresh();

  expect(await network.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
  expect(await engine.getNetwork(network.id).inspect()).toMatchObject({
    Name: program.name,
    Driver: "bridge",
    Internal: true,
    Attachable: true,
    Labels: { z: "1", a: "2" },
    Options: program.options,
  });
});

test.each([
  ["internal", { internal: true }],
  ["labels", { labels: [{ label: "a", value: "b" }] }],
  ["options", { options: { "com.docker.network.bridge.enable_icc": "false" } }],
])("another value of %s replaces the network, deleting the old one first", async (name, more) => {
  const program = { name: sandbox.name() };
  const network = sandbox.resource("Network");
  await network.create(program);
  await network.refresh();

  expect(await network.diff({ ...program, ...more })).toMatchObject({
    replaces: [name],
    deleteBeforeReplace: true,
  });
});

test("a network removed by hand is reported as gone, and deleting it succeeds", async () => {
  const network = sandbox.resource("Network");
  await network.create({ name: sandbox.name() });
  await engine.getNetwork(network.id).remove();

  expect(await network.refresh()).toBeUndefined();
  await expect(network.delete()).resolves.toBeUndefined();
});

test("refuses a second network of the same name", async () => {
  const name = sandbox.name();
  await sandbox.resource("Network").create({ name });

  await expect(sandbox.resource("Network").create({ name })).rejects.toThrow(
    `creating network "${name}": Docker: network with name ${name} already exists (HTTP 409)`,
  );
});

test("waits for containers that are being removed", async () => {
  const { network, container } = await withContainer();

  const end = sleep(700).then(() => container.remove({ force: true }));

  await Promise.all([network.delete(), end]);
  expect(await network.refresh()).toBeUndefined();
});

test("names the containers that stay attached", async () => {
  const other = await openSandbox();
  onTestFinished(other.close);
  const { network, name } = await withContainer(other);

  const refused = expect(network.delete()).rejects.toThrow(
    `deleting network "${name}": these containers are attached to it: ${name}-user. Remove them`,
  );
  await sleep(700);
  await other.plugin.cancel();

  await refused;
});

test("refuses all unsupported properties by name", async () => {
  const program = { name: "n", ipv6: true, ipamConfigs: [{ subnet: "10.9.0.0/24" }], mtu: 9 };

  const check = sandbox.resource("Network").check(program);

  await expect(check).rejects.toThrow(/"ipamConfigs\\" is not served.*"ipv6.*"mtu/);
});

async function withContainer(where = sandbox) {
  const name = where.name();
  const network = where.resource("Network");
  await network.create({ name });
  const container = await engine.createContainer({
    name: `${name}-user`,
    Image: "debian:bookworm-slim",
    Cmd: ["sleep", "600"],
    HostConfig: { NetworkMode: name },
  });
  await container.start();
  return { name, network, container };
}
