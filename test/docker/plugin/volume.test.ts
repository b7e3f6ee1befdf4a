import { afterAll, beforeAll, expect, test } from "vitest";

import { engine } from "../engine";
import { openSandbox, type ResourceSandbox } from "./resourceSandbox";

let sandbox: ResourceSandbox;

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

test("a volume with every supported property matches its declaration", async () => {
  const program = {
    name: sandbox.name(),
    driver: "local",
    driverOpts: { type: "tmpfs", device: "tmpfs" },
    labels: [
      { label: "z", value: "1" },
      { label: "a", value: "2" },
    ],
  };
  const volume = sandbox.resource("Volume");
  await volume.create(program);
  await volume.refresh();

  expect(await volume.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
  expect(await engine.getVolume(program.name).inspect()).toMatchObject({
    Driver: "local",
    Labels: { z: "1", a: "2" },
    Options: program.driverOpts,
  });
});

test("adopts an existing volume with its content", async () => {
  const program = { name: sandbox.name(), labels: [{ label: "a", value: "b" }] };
  await engine.createVolume({ Name: program.name, Labels: { a: "b" } });
  await inContainer(program.name, "touch /data/kept");
  const volume = sandbox.resource("Volume");

  await volume.create(program);
  await volume.refresh();

  expect(await volume.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
  expect(await inContainer(program.name, "test -e /data/kept")).toBe(0);
});

test.each([
  [{ labels: [{ label: "a", value: "other" }] }, "labels"],
  [{ labels: [{ label: "a", value: "b" }], driverOpts: { type: "tmpfs" } }, "driverOpts"],
])("does not adopt a volume that differs: %o", async (more, property) => {
  const name = sandbox.name();
  await engine.createVolume({ Name: name, Labels: { a: "b" } });

  await expect(sandbox.resource("Volume").create({ name, ...more })).rejects.toThrow(
    `creating volume "${name}": a volume of this name already exists, with the ${property} `,
  );
});

test("refuses to remove a volume in use, and names its container", async () => {
  const name = sandbox.name();
  const volume = sandbox.resource("Volume");
  await volume.create({ name });
  // Even a stopped container counts.
  const container = await engine.createContainer({
    name: `${name}-user`,
    Image: "debian:bookworm-slim",
    HostConfig: { Binds: [`${name}:/data`] },
  });

  await expect(volume.delete()).rejects.toThrow(
    `deleting volume "${name}": it is in use by ${name}-user; nothing was removed.`,
  );
  expect(await volume.refresh()).toBeDefined();

  await container.remove();
  await volume.delete();
  expect(await volume.refresh()).toBeUndefined();
});

test("a volume removed by hand is reported as gone, and deleting it succeeds", async () => {
  const volume = sandbox.resource("Volume");
  await volume.create({ name: sandbox.name() });
  await engine.getVolume(volume.id).remove();

  expect(await volume.refresh()).toBeUndefined();
  await expect(volume.delete()).resolves.toBeUndefined();
});

test("another label replaces the volume", async () => {
  const program = { name: sandbox.name() };
  const volume = sandbox.resource("Volume");
  await volume.create(program);

  const difference = await volume.diff({ ...program, labels: [{ label: "a", value: "b" }] });

  expect(difference).toMatchObject({ replaces: ["labels"] });
});

test("refuses an unsupported property", async () => {
  const check = sandbox.resource("Volume").check({ name: "n", cluster: { group: "g" } });

  await expect(check).rejects.toThrow(/"cluster\\" is not served by the offline plugin/);
});

/** Runs a command with the volume at /data. @returns its exit code */
async function inContainer(volume: string, command: string): Promise<number> {
  const container = await engine.createContainer({
    name: `${volume}-visitor`,
    Image: "debian:bookworm-slim",
    Cmd: ["sh", "-c", command],
    HostConfig: { Binds: [`${volume}:/data`] },
  });
  await container.start();
  const { StatusCode } = (await container.wait()) as { StatusCode: number };
  await container.remove();
  return StatusCode;
}
