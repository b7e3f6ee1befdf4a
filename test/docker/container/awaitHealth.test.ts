import type Dockerode from "dockerode";
import { afterEach, expect, test } from "vitest";

import { awaitHealth, runInside } from "../../../components/dynamic/dockerEngine";
import { TestStack } from "../testStack";
import { engine } from "../engine";

let stack: TestStack;

afterEach(() => stack.remove());

/** Starts a container. @param program what it runs. @param probe its health check; undefined: none */
async function started(program: string, probe?: string, options: Dockerode.HealthConfig = {}) {
  stack = new TestStack();
  const container = await engine.createContainer({
    Image: "debian:bookworm-slim",
    Cmd: ["bash", "-c", program],
    ...(probe === undefined
      ? {}
      : { Healthcheck: { Test: ["CMD-SHELL", probe], Interval: 300e6, Retries: 20, ...options } }),
    HostConfig: { Init: true },
  });
  stack.adopt(container);
  await container.start();
  return container;
}

test("waits for a container to become healthy, after a restart too", async () => {
  const container = await started("rm -f /up; sleep 1; touch /up; exec sleep 600", "test -e /up");
  await awaitHealth(container, 60);

  await container.restart();
  expect((await container.inspect()).State.Health?.Status).toBe("starting");
  await awaitHealth(container, 60);
  expect(await runInside(container, ["test", "-e", "/up"])).toBe(0);
});

test("does not wait for the engine's own look", async () => {
  const hour = 3600e9;
  const container = await started("sleep 1; touch /up; exec sleep 600", "test -e /up", {
    Interval: hour,
  });
  await awaitHealth(container, 60);
  expect((await container.inspect()).State.Health?.Status).toBe("starting");

  await runInside(container, ["rm", "/up"]);
  await expect(awaitHealth(container, 2)).rejects.toThrow("it is starting 2 s after its start");
});

test("fails with the last output of a container that exits", async () => {
  const container = await started("echo last words; exit 3", "true");
  await expect(awaitHealth(container, 60)).rejects.toThrow(
    /it ended after its start \(exit code 3\)[^]*last words/,
  );
});

test("fails with the last output of an unhealthy container and of its health check", async () => {
  const container = await started("echo last words; exec sleep 600", "echo ill; exit 1", {
    Retries: 1,
  });
  await expect(awaitHealth(container, 60)).rejects.toThrow(/it is unhealthy: ill[^]*last words/);
});

test("fails on a container without a health check after the timeout", async () => {
  const container = await started("echo last words; exec sleep 600");
  await expect(awaitHealth(container, 1)).rejects.toThrow(
    /it is without a health check 1 s after its start[^]*last words/,
  );
});

test("fails with the last output of a container that is not healthy in time", async () => {
  const container = await started("echo last words; exec sleep 600", "sleep 9");
  await expect(awaitHealth(container, 1)).rejects.toThrow(
    /it is starting 1 s after its start[^]*last words/,
  );
});
