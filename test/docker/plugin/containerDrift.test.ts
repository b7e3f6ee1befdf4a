import { afterAll, beforeAll, expect, test } from "vitest";

import { engine } from "../engine";
import { ContainerSandbox } from "./containerSandbox";
import { type ListeningEngine, listeningEngine } from "./listeningEngine";

let listener: ListeningEngine;
let sandbox: ContainerSandbox;

beforeAll(async () => {
  listener = await listeningEngine();
  sandbox = await ContainerSandbox.open("drift", listener.address);
});

afterAll(async () => {
  await sandbox.close();
  listener.close();
});

test.each([
  { what: "stopped", signal: undefined, exitCode: 0 },
  { what: "killed", signal: "SIGKILL", exitCode: 137 },
])("a $what container is reported as not running, and is started again", async (byHand) => {
  const { signal, exitCode } = byHand;
  const program = sandbox.sleeper({
    restart: "unless-stopped",
    ports: [{ internal: 80, ip: "127.0.0.1" }],
    healthcheck: { tests: ["CMD", "true"], interval: "200ms" },
    wait: true,
  });
  const deployed = sandbox.container();
  await deployed.create(program);
  const container = sandbox.at(deployed);
  if (signal === undefined) await container.stop();
  else await container.kill(signal);

  expect(await deployed.refresh()).toMatchObject({ mustRun: false, exitCode });
  const { replaces, detailedDiff } = await deployed.diff(program);
  expect({ replaces, detailedDiff }).toEqual({ detailedDiff: { mustRun: { kind: "UPDATE" } } });
  await deployed.update(program);
  expect(await container.health()).toBe("healthy");
  await deployed.refresh();
  // The engine chose another port for the new start.
  const { changes = "" } = await deployed.diff(program);
  expect(changes).toBe("DIFF_NONE");
});

test("a removed container is reported as gone, and can be recreated", async () => {
  const program = sandbox.sleeper();
  const deployed = sandbox.container();
  await deployed.create(program);
  await engine.getContainer(deployed.id).remove({ force: true });
  expect(await deployed.refresh()).toBeUndefined();
  await deployed.create(program);
  expect(await deployed.refresh()).toMatchObject({ mustRun: true });
});

test("a stopped container is connected to its network after that was recreated", async () => {
  const network = sandbox.name();
  await engine.createNetwork({ Name: network });
  const program = sandbox.sleeper({ networksAdvanced: [{ name: network, aliases: ["server"] }] });
  const deployed = sandbox.container();
  await deployed.create(program);
  await sandbox.at(deployed).stop();
  await engine.getNetwork(network).remove();
  await engine.createNetwork({ Name: network });
  const { Id } = (await engine.getNetwork(network).inspect()) as { Id: string };

  await deployed.refresh();
  await deployed.update(program);
  const { NetworkSettings } = await sandbox.at(deployed).inspect();
  expect(NetworkSettings.Networks[network]).toMatchObject({ NetworkID: Id });
  expect(NetworkSettings.Networks[network]?.Aliases).toContain("server");
});

test("a disconnected container is a warning, not a change, and is reconnected when it starts", async () => {
  const network = sandbox.name();
  await engine.createNetwork({ Name: network });
  const program = sandbox.sleeper({ networksAdvanced: [{ name: network }] });
  const deployed = sandbox.container();
  await deployed.create(program);
  await engine.getNetwork(network).disconnect({ Container: deployed.id });
  expect(await deployed.refresh()).toMatchObject({ networkDatas: [] });
  expect(await deployed.diff(program)).toMatchObject({ changes: "DIFF_NONE" });
  const warning = `container "${program.name}" is not connected to its network "${network}"`;
  await expect.poll(() => listener.heard.join("\n")).toContain(warning);

  await sandbox.at(deployed).stop();
  await deployed.refresh();
  await deployed.update(program);
  const state = await deployed.refresh();
  expect(state?.["networkDatas"]).toMatchObject([{ networkName: network }]);
});

test("a missing network is named, with a remedy", async () => {
  const network = sandbox.name();
  await engine.createNetwork({ Name: network });
  const program = sandbox.sleeper({ networksAdvanced: [{ name: network }] });
  const deployed = sandbox.container();
  await deployed.create(program);
  await sandbox.at(deployed).stop();
  await engine.getNetwork(network).remove();
  await deployed.refresh();
  await expect(deployed.update(program)).rejects.toThrow(`network "${network}" does not exist`);
});
