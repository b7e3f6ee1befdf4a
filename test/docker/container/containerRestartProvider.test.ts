import type Dockerode from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { ContainerRestartInputs } from "../../../components/dynamic/containerRestart";
import { runInside } from "../../../components/dynamic/dockerEngine";
import { provider } from "../../../components/dynamic/containerRestartProvider";
import { engine } from "../engine";
import { TestStack } from "../testStack";

const stack = new TestStack();
let container: Dockerode.Container;
let inputs: ContainerRestartInputs;

beforeAll(async () => {
  container = await engine.createContainer({
    Image: "debian:bookworm-slim",
    // Healthy a while after each start.
    Cmd: ["bash", "-c", "rm -f /up; sleep 0.7; touch /up; exec sleep 600"],
    Healthcheck: { Test: ["CMD-SHELL", "test -e /up"], Interval: 3600e9 },
    HostConfig: { Init: true },
  });
  stack.adopt(container);
  await container.start();
  const { SystemTime } = (await engine.info()) as { SystemTime: string };
  const written = new Date(Date.parse(SystemTime) - 3_600_000).toISOString();
  inputs = { container: container.id, name: "it", written, patience: 60 };
});
afterAll(() => stack.remove());

const startedAt = async () => (await container.inspect()).State.StartedAt;
const isUp = async () => (await runInside(container, ["test", "-e", "/up"])) === 0;

test("the first update waits for the container, and does not restart it", async () => {
  const before = await startedAt();

  expect(await provider.create(inputs)).toEqual({ id: "it", outs: inputs });

  expect(await isUp()).toBe(true);
  expect(await startedAt()).toBe(before);
});

test("nothing has changed after that; a container that was started again is waited for", async () => {
  await container.restart();
  const checked = await provider.check(inputs, inputs);

  expect(checked).toEqual({ inputs: { ...inputs, drift: [] } });
  expect(await isUp()).toBe(true);
  expect(await provider.diff("it", inputs, checked.inputs ?? inputs)).toEqual({ changes: false });
});

test("a container that was started before its files were written is restarted, though an update in between failed", async () => {
  const { SystemTime } = (await engine.info()) as { SystemTime: string };
  const written = new Date(SystemTime).toISOString();
  const before = await startedAt();

  // Pulumi's state has no container, as after an update whose container did not become healthy.
  await provider.create({ ...inputs, written });

  expect(await startedAt()).not.toBe(before);
  expect(await isUp()).toBe(true);
});

test("a container that does not become healthy is named", async () => {
  const written = new Date(Date.now() + 3_600_000).toISOString();
  await runInside(container, ["rm", "/bin/touch"]);

  await expect(provider.update("it", inputs, { ...inputs, written, patience: 2 })).rejects.toThrow(
    "container it: it is starting 2 s after its start",
  );
});
