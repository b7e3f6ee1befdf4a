import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import type Dockerode from "dockerode";

import { ifExists, logTail } from "@hosterizer/postgres/server/dockerEngine/engineResponses";
import { connectEngine } from "@hosterizer/postgres/server/dockerEngine/connectEngine";
import { findEngine } from "@hosterizer/postgres/server/dockerEngine/findEngine";

let connected: Dockerode | undefined;

/** The Docker engine that the docker plugin uses: see `findEngine`. */
export function engine(): Dockerode {
  return (connected ??= connectEngine(findEngine()));
}

/**
 * Waits until a container that was just started is healthy.
 *
 * @param patience in seconds
 * @throws with the last lines of its log if it exits, is unhealthy or is not healthy in time
 */
export async function awaitHealth(container: Dockerode.Container, patience: number): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  for (;;) {
    const { State } = await container.inspect();
    const health = State.Health?.Status;
    if (health === "healthy") return;
    const isLate = Date.now() > deadline;
    const late = `it is ${health ?? "without a health check"} ${patience} s after its start`;
    const fault = faultOf(State) ?? (isLate ? late : undefined);
    if (fault !== undefined) throw new Error(`${fault}.${await logTail(container)}`);
    await sleep(250);
  }
}

function faultOf(state: Dockerode.ContainerInspectInfo["State"]): string | undefined {
  const { Running, OOMKilled, ExitCode, Health } = state;
  if (!Running) {
    const reason = OOMKilled ? "it ran out of memory" : `exit code ${ExitCode}`;
    return `it ended after its start (${reason})`;
  }
  if (Health?.Status !== "unhealthy") return undefined;
  return `it is unhealthy: ${Health.Log.at(-1)?.Output.trim() ?? ""}`;
}

/** Runs a program in a running container, as the container's user, and waits until it exits, regardless of the exit code. */
export async function runInside(
  container: Dockerode.Container,
  command: readonly string[],
): Promise<void> {
  const { State } = (await ifExists(container.inspect())) ?? {};
  if (State?.Running !== true) return;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
  });
  await buffer(await exec.start({}));
}
